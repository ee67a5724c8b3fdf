use haulout_identity_golf::golf_identity;

golf_identity! {
    pub struct MachineId: u32 { rack: 6, host: 10, epoch: 12 }
    renew = epoch;
    addr = (rack, host);
}

fn main() {}
