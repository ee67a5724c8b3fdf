//! What the demo and the figures say: lines with the time, and, on a terminal, what it waits for at present.

use crate::table::FAINT;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// The narrator.
#[derive(Debug)]
pub(crate) struct Voice {
    begun: Instant,
    /// Whether lines can be drawn over.
    live: bool,
    frame: usize,
}

impl Voice {
    /// A narrator whose clock starts now.
    pub(crate) fn new() -> Self {
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        Self { begun: Instant::now(), live: io::stdout().is_terminal() && !dumb, frame: 0 }
    }

    /// How long the story has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Says something for good.
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        self.hush();
        let mut out = anstream::stdout();
        writeln!(out, "{FAINT}{:6.2} s{FAINT:#}  {text}", self.begun.elapsed().as_secs_f64())?;
        out.flush()
    }

    /// Shows what is waited for, if anybody watches.
    pub(crate) fn wait(&mut self, text: &str) {
        if !self.live {
            return;
        }
        self.frame = (self.frame + 1) % FRAMES.len();
        let (frame, elapsed) = (FRAMES[self.frame], self.begun.elapsed().as_secs_f64());
        // Not through the stream that takes out styles: it would take out what clears the line as well.
        let mut out = io::stdout();
        // For show only: what matters is said.
        let _ = write!(out, "\r{elapsed:6.2} s  {frame} {text}\x1b[K").and_then(|()| out.flush());
    }

    /// Takes away what is shown.
    pub(crate) fn hush(&self) {
        if self.live {
            let mut out = io::stdout();
            let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
        }
    }
}
