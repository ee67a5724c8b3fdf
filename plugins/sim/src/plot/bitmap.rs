//! A bitmap that plotters draws on, with an embedded font, so that it needs no fonts of the system.
//!
//! It has the size of the SVG and the same layout, since texts are measured and placed by the rules of
//! [`SVGBackend`](plotters::prelude::SVGBackend); only that each unit is [`FINE`] grains wide. [`GRAINS`] grains a side
//! make a pixel of the file, whose edges are smooth by that. plotters' own bitmap does neither, and its font feature
//! would change how the SVG of everybody else in the program is measured.

use super::{Chart, charts};
use ab_glyph::{Font, FontRef, Glyph, PxScale, PxScaleFont, ScaleFont, point};
use core::convert::Infallible;
use plotters::prelude::IntoDrawingArea;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, rasterizer,
};

/// Grains a unit of the drawing.
const FINE: i32 = 4;
/// Grains a pixel, in each direction.
const GRAINS: usize = 2;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Draws charts as PNG, of twice the width and height.
pub(super) fn png(size: (u32, u32), drawn: &[Chart<'_>]) -> Result<Vec<u8>, String> {
    let mut grains = Grains::new((size.0 * FINE as u32, size.1 * FINE as u32));
    let font = FontRef::try_from_slice(dejavu::sans::regular()).map_err(|error| error.to_string())?;
    charts(&Bitmap { grains: &mut grains, size, font }.into_drawing_area(), drawn)?;
    let (width, height, pixels) = grains.pixels();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    // Rows of one color are what there is most of.
    encoder.set_filter(png::Filter::Up);
    encoder
        .write_header()
        .and_then(|mut writer| {
            writer.write_image_data(&pixels)?;
            writer.finish()
        })
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// What is drawn on, in units.
struct Bitmap<'a> {
    grains: &'a mut Grains,
    size: (u32, u32),
    font: FontRef<'static>,
}

/// A style, of which a unit is [`FINE`] grains.
struct Fine {
    color: BackendColor,
    width: u32,
}

impl Fine {
    fn of(style: &impl BackendStyle) -> Self {
        Self { color: style.color(), width: style.stroke_width() * FINE as u32 }
    }
}

impl BackendStyle for Fine {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

fn fine((x, y): BackendCoord) -> BackendCoord {
    (x * FINE, y * FINE)
}

impl DrawingBackend for Bitmap<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(at, at, &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        rasterizer::draw_line(self.grains, fine(from), fine(to), &Fine::of(style))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if fill {
            let last = (to.0.max(from.0) * FINE + FINE - 1, to.1.max(from.1) * FINE + FINE - 1);
            let first = (to.0.min(from.0) * FINE, to.1.min(from.1) * FINE);
            self.grains.fill(first, last, style.color());
            return Ok(());
        }
        rasterizer::draw_rect(self.grains, fine(from), fine(to), &Fine::of(style), false)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.grains.draw_path(path.into_iter().map(fine), &Fine::of(style))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let radius = radius * FINE as u32;
        rasterizer::draw_circle(self.grains, fine(center), radius, &Fine::of(style), fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let corners: Vec<_> = corners.into_iter().map(fine).collect();
        rasterizer::fill_polygon(self.grains, &corners, &Fine::of(style))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        // The size of the em and the offsets of the base line are those of the SVG.
        let em = style.size() as f32 / 1.24 * FINE as f32;
        let per_em = self.font.units_per_em().unwrap_or(2_048.0);
        let font = self.font.as_scaled(PxScale::from(em * self.font.height_unscaled() / per_em));
        let (mut glyphs, width) = set(&font, text);
        let x = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -width / 2.0,
            HPos::Right => -width,
        };
        let half_x_height =
            font.outline_glyph(font.scaled_glyph('x')).map_or(0.0, |x| x.px_bounds().height()) / 2.0;
        let y = match style.anchor().v_pos {
            VPos::Top => 0.76 * em,
            VPos::Center => half_x_height,
            VPos::Bottom => -half_x_height,
        };
        let (transform, color, (left, top)) = (style.transform(), style.color(), fine(at));
        for glyph in &mut glyphs {
            glyph.position += point(x, y);
            let Some(outline) = font.outline_glyph(glyph.clone()) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, coverage| {
                let (x, y) =
                    transform.transform(corner.x as i32 + x.cast_signed(), corner.y as i32 + y.cast_signed());
                self.grains.ink((left + x, top + y), color.mix(f64::from(coverage.min(1.0))));
            });
        }
        Ok(())
    }
}

/// The glyphs of a line of text, from the origin on, and its width.
fn set(font: &PxScaleFont<&FontRef<'static>>, text: &str) -> (Vec<Glyph>, f32) {
    let mut width = 0.0;
    let mut glyphs: Vec<Glyph> = Vec::new();
    for character in text.chars() {
        let mut glyph = font.scaled_glyph(character);
        if let Some(before) = glyphs.last() {
            width += font.kern(before.id, glyph.id);
        }
        glyph.position.x = width;
        width += font.h_advance(glyph.id);
        glyphs.push(glyph);
    }
    (glyphs, width)
}

/// Red, green and blue of each grain, row by row.
struct Grains {
    colors: Vec<[u8; 3]>,
    size: (u32, u32),
}

impl Grains {
    fn new(size: (u32, u32)) -> Self {
        Self { colors: vec![[u8::MAX; 3]; size.0 as usize * size.1 as usize], size }
    }

    /// Lays a color over a grain; what is outside is not drawn.
    fn ink(&mut self, (x, y): BackendCoord, color: BackendColor) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if x < self.size.0 && y < self.size.1 {
            let (red, green, blue) = color.rgb;
            let over = [red, green, blue];
            let grain = &mut self.colors[y as usize * self.size.0 as usize + x as usize];
            if color.alpha >= 1.0 {
                *grain = over;
                return;
            }
            for (part, over) in grain.iter_mut().zip(over) {
                let below = f64::from(*part);
                *part = (below + (f64::from(over) - below) * color.alpha).round() as u8;
            }
        }
    }

    /// Lays a color over a rectangle, corners included.
    fn fill(&mut self, from: BackendCoord, to: BackendCoord, color: BackendColor) {
        let inside = |value: i32, end: u32| value.clamp(0, end.cast_signed());
        let (left, right) = (inside(from.0, self.size.0), inside(to.0 + 1, self.size.0));
        for y in inside(from.1, self.size.1)..inside(to.1 + 1, self.size.1) {
            for x in left..right {
                self.ink((x, y), color);
            }
        }
    }

    /// Width, height, and the mean of the grains of each pixel.
    fn pixels(&self) -> (u32, u32, Vec<u8>) {
        let row = self.size.0 as usize;
        let mut pixels = Vec::with_capacity(self.colors.len() / (GRAINS * GRAINS) * 3);
        for rows in self.colors.chunks_exact(row * GRAINS) {
            for x in (0..row).step_by(GRAINS) {
                let mut sums = [0_u16; 3];
                for grain in (0..GRAINS).flat_map(|y| &rows[y * row + x..][..GRAINS]) {
                    for (sum, part) in sums.iter_mut().zip(grain) {
                        *sum += u16::from(*part);
                    }
                }
                pixels.extend(sums.map(|sum| (sum / (GRAINS * GRAINS) as u16) as u8));
            }
        }
        (self.size.0 / GRAINS as u32, self.size.1 / GRAINS as u32, pixels)
    }
}

/// Of a grain, the rasterizer needs only this.
impl DrawingBackend for Grains {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.ink(at, color);
        Ok(())
    }
}
