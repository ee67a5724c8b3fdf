//! Every operation of the hot path, at every size of the cluster, with every codec.
//!
//! ```text
//! cargo bench -p haulout-benches --bench hot_path
//! ```

use criterion::{Criterion, criterion_group, criterion_main};
use haulout_benches::ours::Ours;
use haulout_benches::{Op, SIZES, Subject, clock};
use haulout_codec_protobuf::ProtobufCodec;
use haulout_codec_serde::{BincodeCodec, PostcardCodec};
use std::time::Duration;

fn measure(c: &mut Criterion, codec: &str, size: usize, subject: &mut dyn Subject) {
    for op in Op::ALL.into_iter().filter(|op| op.fits(size)) {
        c.bench_function(&format!("{codec}/{}/{size}", op.name()), |b| {
            b.iter_custom(|iterations| clock::iterations(subject, op, iterations));
        });
    }
}

fn hot_path(c: &mut Criterion) {
    for size in SIZES {
        measure(c, "postcard", size, &mut Ours::new(PostcardCodec, size));
        measure(c, "bincode", size, &mut Ours::new(BincodeCodec, size));
        measure(c, "protobuf", size, &mut Ours::new(ProtobufCodec, size));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(800)).sample_size(20);
    targets = hot_path
}
criterion_main!(benches);
