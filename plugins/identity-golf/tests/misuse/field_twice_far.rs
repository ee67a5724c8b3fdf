use haulout_identity_golf::golf_identity;

golf_identity! {
    pub struct Long: u64 { a: 2, b: 2, c: 2, d: 2, e: 2, f: 2, g: 2, h: 2, i: 2, j: 2, k: 2, l: 2, m: 2, n: 2, c: 2 }
    addr = (a);
    renew = b;
}

fn main() {}
