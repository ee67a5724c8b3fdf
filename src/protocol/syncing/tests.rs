//! Anti-entropy between two members, step by step.
