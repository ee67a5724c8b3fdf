//! As many fields as anybody will want, in a module that is strict about docs, beside another identity.
#![deny(missing_docs, dead_code, unused)]

use haulout_identity_golf::{golf_facts, golf_identity};

golf_identity! {
    /// Sixteen fields.
    pub struct Long: u128 {
        a: 2, b: 2, c: 2, d: 2, e: 2, f: 2, g: 2, h: 2, i: 2, j: 2, k: 2, l: 2, m: 2, n: 2, o: 2, p: 64,
    }
    addr = (o, n, m, l, a);
    renew = p;
}

golf_identity! {
    /// Two.
    pub struct Short: u8 { key: 6, bits: 2 }
    addr = (key);
    renew = bits;
    route = of_key;
}

golf_facts! {
    /// One.
    #[derive(PartialOrd, Ord)]
    pub struct Zone: u8 {
        /// Where it stands.
        zone: 2,
    }
}

fn of_key((key,): (u8,)) -> std::net::SocketAddr {
    ([127, 0, 0, 1], 7000 + u16::from(key)).into()
}

fn main() {
    let long = Long::new(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 2, 1, 9).unwrap();
    assert_eq!((long.a(), long.m(), long.n(), long.o(), long.p()), (1, 3, 2, 1, 9));
    let short = Short::new(7, 3).unwrap();
    assert_eq!(haulout::Identity::route(&short).port(), 7007);
    assert!(Zone::new(1).unwrap() < Zone::new(2).unwrap());
}
