//! Tables for people: columns as wide as what is in them, a bold head, states in colour.
//!
//! Styles are always written; the stream takes them out where nobody would see them (a pipe, `NO_COLOR`).

use anstyle::{AnsiColor, Style};
use haulout::State;
use std::io::{self, Write};
use std::time::Duration;

/// For what is said in passing.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// For heads and names.
pub(crate) const BOLD: Style = Style::new().bold();
/// For what is as it should be.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// For what may become bad.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
/// For what is not as it should be.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();

/// The colour of a state.
pub(crate) fn style_of(state: State) -> Style {
    match state {
        State::Alive => GOOD,
        State::Suspect => DOUBTFUL,
        State::Down => BAD,
        State::Left => FAINT,
    }
}

/// A text and how it looks.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A text with a style.
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::styled(text, Style::new())
    }
}

/// Rows under a head.
#[derive(Debug)]
pub(crate) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(head: &[&'static str]) -> Self {
        Self { head: head.into(), rows: Vec::new() }
    }

    /// Appends a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Writes head and rows.
    pub(crate) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.head.len()).map(|column| self.width(column)).collect();
        let head: Vec<Cell> = self.head.iter().map(|text| Cell::styled(*text, BOLD)).collect();
        for row in std::iter::once(&head).chain(&self.rows) {
            for (index, cell) in row.iter().enumerate() {
                let Cell { text, style } = cell;
                let last = index + 1 == row.len();
                let pad = if last { 0 } else { widths[index] - width(text) + 2 };
                write!(out, "{style}{text}{style:#}{:pad$}", "")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| width(&cell.text));
        cells.chain([width(self.head[column])]).max().unwrap_or(0)
    }
}

/// How many columns of a terminal a text takes, as long as none of its characters takes two.
fn width(text: &str) -> usize {
    text.chars().count()
}

/// A length of time for people: the two largest units.
pub(crate) fn ago(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{minutes}m {}s", seconds % 60),
        3_600..86_400 => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

/// A number of bytes for people.
pub(crate) fn bytes(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let scaled = |unit: u64| count as f64 / unit as f64;
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{:.1} kB", scaled(1_000)),
        10_000_000..10_000_000_000 => format!("{:.1} MB", scaled(1_000_000)),
        _ => format!("{:.1} GB", scaled(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let mut table = Table::new(&["NAME", "STATE"]);
        table.row(["a-long-name".into(), Cell::styled("alive", GOOD)]);
        table.row(["b".into(), "left".into()]);
        let mut out = anstream::StripStream::new(Vec::new());
        table.print(&mut out).unwrap();
        let text = String::from_utf8(out.into_inner()).unwrap();
        assert_eq!(text, "NAME         STATE\na-long-name  alive\nb            left\n");
    }

    #[test]
    fn times_and_bytes_are_short() {
        assert_eq!(ago(Duration::from_millis(59_999)), "59s");
        assert_eq!(ago(Duration::from_secs(3_599)), "59m 59s");
        assert_eq!(ago(Duration::from_secs(90_000)), "1d 1h");
        assert_eq!(bytes(9_999), "9999 B");
        assert_eq!(bytes(123_456), "123.5 kB");
    }
}
