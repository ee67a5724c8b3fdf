use haulout_benches::{*, ours::Ours, peer::Peer};
fn main() {
    for size in [16usize, 1024, 100_000] {
        let mut ours = Ours::new(haulout_codec_serde::PostcardCodec, size);
        let mut peer = (size < 20000).then(|| Peer::new(size));
        for op in Op::ALL.into_iter().filter(|op| op.fits(size)) {
            let a = clock::median(&mut ours, op, 9);
            let b = peer.as_mut().map_or(0.0, |p| clock::median(p, op, 5));
            println!("{size:6} {:40} {a:10.1} {b:10.1} {:.3}", op.name(), a / b);
        }
    }
}
