//! Where a picture goes, and in which form: the extension of the file says it.
//!
//! A [`Picture`] exists only if it can be drawn: whoever asks for one learns of a wrong name before the run that
//! it is to show.

use super::{Chart, bitmap, charts};
use core::fmt;
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use std::io;
use std::path::{Path, PathBuf};

/// A file that a picture is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    path: PathBuf,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Svg,
    Png,
}

impl Picture {
    /// A picture at this path, which ends in `.svg` or `.png`, in whatever case, in a directory that exists. What is
    /// there already is replaced when the picture is drawn.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self, PictureError> {
        let path = path.into();
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        let form = match extension.as_deref() {
            Some("svg") => Form::Svg,
            Some("png") => Form::Png,
            other => return Err(PictureError::Form(other.map(Into::into))),
        };
        match path.parent() {
            Some(parent) if parent != Path::new("") && !parent.is_dir() => {
                Err(PictureError::Directory(parent.into()))
            }
            _ if path.is_dir() => Err(PictureError::IsDirectory),
            _ => Ok(Self { path, form }),
        }
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Draws charts and writes the file.
    pub(super) fn draw(&self, size: (u32, u32), drawn: &[Chart<'_>]) -> Result<(), PictureError> {
        let mut svg = String::new();
        charts(&SVGBackend::with_string(&mut svg, size).into_drawing_area(), drawn)
            .map_err(PictureError::Drawing)?;
        let bytes = match self.form {
            Form::Svg => svg.into_bytes(),
            Form::Png => bitmap::png(&svg).map_err(PictureError::Drawing)?,
        };
        std::fs::write(&self.path, bytes).map_err(|error| PictureError::Writing(self.path.clone(), error))
    }
}

/// Why there is no picture.
#[derive(Debug)]
#[non_exhaustive]
pub enum PictureError {
    /// The name ends neither in `.svg` nor in `.png`, but in this or in nothing.
    Form(Option<String>),
    /// There is no such directory to write it to.
    Directory(PathBuf),
    /// There is a directory of that name.
    IsDirectory,
    /// It cannot be drawn.
    Drawing(String),
    /// The file cannot be written.
    Writing(PathBuf, io::Error),
}

impl fmt::Display for PictureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(Some(other)) => {
                write!(f, "no picture is drawn as .{other}; let the name end in .svg or .png")
            }
            Self::Form(None) => f.write_str("the name does not say which form; let it end in .svg or .png"),
            Self::Directory(parent) => {
                write!(f, "there is no directory {}; make it, or name another", parent.display())
            }
            Self::IsDirectory => f.write_str("that is a directory; name a file"),
            Self::Drawing(what) => write!(f, "the picture cannot be drawn: {what}"),
            Self::Writing(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl core::error::Error for PictureError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Writing(_, error) => Some(error),
            _ => None,
        }
    }
}
