//! Pictures of a run and of lines, in both forms; names that cannot be drawn.

use super::*;
use crate::run::{Options, run};
use crate::scenario::Scenario;
use std::fs;
use std::path::PathBuf;

/// A folder of its own, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("haulout-plot-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Width, height and pixels of a file.
fn decoded(picture: &Picture) -> (u32, u32, Vec<[u8; 3]>) {
    let bytes = fs::read(picture.path()).unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgba);
    (info.width, info.height, bytes.chunks_exact(4).map(|part| [part[0], part[1], part[2]]).collect())
}

#[test]
fn a_run_is_drawn_in_both_forms() {
    let folder = Folder::new("run");
    let scenario: Scenario =
        "name = \"pictured\"\nmembers = 8\nduration = \"30s\"\n[[fault]]\nat = \"2s\"\ndo.crash = \"3\"\n"
            .parse()
            .unwrap();
    let drawn = run(&scenario, Options::default()).unwrap();
    let vector = Picture::at(folder.0.join("run.svg")).unwrap();
    report(&drawn, &vector).unwrap();
    let text = fs::read_to_string(vector.path()).unwrap();
    for title in ["pairs that know each other, %", "false alarms so far", "crashes detected, %, after"] {
        assert!(text.contains(title), "{title} is missing");
    }
    assert!(text.starts_with("<svg width=\"1000\" height=\"640\"") && text.trim_end().ends_with("</svg>"));

    let bitmap = Picture::at(folder.0.join("run.PNG")).unwrap();
    report(&drawn, &bitmap).unwrap();
    let (width, height, pixels) = decoded(&bitmap);
    assert_eq!((width, height), (2_000, 1_280));
    let of = |color: [u8; 3]| pixels.iter().filter(|pixel| **pixel == color).count();
    assert!(of([255; 3]) > pixels.len() / 2, "the ground is white: {}", of([255; 3]));
    assert!(of([230, 25, 75]) > 2_000, "lines, 4 wide, of a chart's length: {}", of([230, 25, 75]));
    assert!(of([0; 3]) > 1_000, "texts and axes: {}", of([0; 3]));
}

#[test]
fn texts_are_where_the_svg_has_them() {
    let folder = Folder::new("texts");
    let picture = Picture::at(folder.0.join("one.png")).unwrap();
    let text = [("", vec![(0.0, 0.0), (1.0, 1.0)])];
    lines("||||||||||||", "s", &text, &picture).unwrap();
    let (width, _, pixels) = decoded(&picture);
    assert_eq!(width, 1_520);
    let dark: Vec<_> = (0..2 * 36 * 1_520).filter(|index| pixels[*index][0] < 100).collect();
    let (columns, rows) = (dark.iter().map(|index| index % 1_520), dark.iter().map(|index| index / 1_520));
    let middle = usize::midpoint(columns.clone().min().unwrap(), columns.max().unwrap());
    assert!(middle.abs_diff(760) < 6, "the title is in the middle: {middle}");
    let (top, bottom) = (rows.clone().min().unwrap(), rows.max().unwrap());
    assert!(top >= 2 * 12 && bottom < 2 * 34, "the title is within its margins: {top} to {bottom}");
}

#[test]
fn a_name_that_cannot_be_drawn_is_refused_at_once() {
    let wrong = |name: &str| Picture::at(name).unwrap_err().to_string();
    assert_eq!(wrong("out.pdf"), "no picture is drawn as .pdf; let the name end in .svg or .png");
    assert_eq!(wrong("out"), "the name does not say which form; let it end in .svg or .png");
    assert_eq!(wrong(".png"), "the name does not say which form; let it end in .svg or .png");
    assert_eq!(wrong("no/such/out.png"), "there is no directory no/such; make it, or name another");
    let folder = Folder::new("names");
    fs::create_dir_all(folder.0.join("a.svg")).unwrap();
    assert_eq!(
        Picture::at(folder.0.join("a.svg")).unwrap_err().to_string(),
        "that is a directory; name a file"
    );
    assert!(Picture::at("out.Svg").is_ok());
}

#[test]
fn labels_say_no_more_than_they_know() {
    assert_eq!([label(100.0), label(0.1 + 0.2), label(-0.0)], ["100", "0.3", "0"]);
}
