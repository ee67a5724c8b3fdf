//! Clusters of members in several languages; the tests are all there is.
