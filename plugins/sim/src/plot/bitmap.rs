//! An SVG as PNG, with an embedded font, so that it needs no fonts of the system.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// Pixels a unit of the drawing, in each direction.
const PIXELS: f32 = 2.0;
/// What the font calls itself.
const FONT: &str = "DejaVu Sans";

/// Renders a picture. It has twice the width and height, for screens of today.
pub(super) fn png(svg: &str) -> Result<Vec<u8>, String> {
    let mut options = Options { font_family: FONT.into(), ..Options::default() };
    options.fontdb_mut().load_font_data(dejavu::sans::regular().to_vec());
    options.fontdb_mut().set_sans_serif_family(FONT);
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size().scale_by(PIXELS).ok_or("it has no size")?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or("it is too large")?;
    resvg::render(&tree, Transform::from_scale(PIXELS, PIXELS), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}
