//! All of it once more, with a tenth of what every member sends dropped.

use crate::lab::Lab;
use std::time::Duration;

/// How long anything may take with losses.
const LOSSY: Duration = Duration::from_secs(15);

#[test]
fn with_a_tenth_of_all_datagrams_dropped_everything_holds_within_15_s() {
    let Some(mut lab) = Lab::new() else { return };
    lab.cluster(0.1);
    lab.within("every view is complete", Lab::complete);
    lab.within("every service is known everywhere", |lab| {
        lab.names().iter().all(|name| lab.services(name).len() == 7)
    });

    for name in ["rust-2", "python-1", "go-1"] {
        lab.kill(name);
        lab.within(&format!("{name} is down everywhere"), |lab| lab.everywhere(name, "down"));
    }
    let left = ["go-2", "python-2", "rust-1", "rust-3"];
    lab.within("their services are gone", |lab| left.iter().all(|name| lab.services(name) == left));

    lab.signal("python-2", "STOP");
    lab.within("it is down everywhere", |lab| lab.everywhere("python-2", "down"));
    lab.signal("python-2", "CONT");
    lab.within("it is back, without a ghost", |lab| {
        left.iter()
            .all(|name| left.iter().all(|other| lab.view(name).get(*other).is_some_and(|is| is == "alive")))
    });

    lab.leave("rust-3");
    lab.within("it has left everywhere", |lab| lab.everywhere("rust-3", "left"));
    lab.within("digests are equal", |lab| {
        let digest = lab.digest("go-2");
        digest.is_some() && digest == lab.digest("python-2")
    });
    // An agent tells only of its last comparison.
    lab.within("the agent is found equal", |lab| lab.info("rust-1")["last_equal"].is_object());
}

impl Lab {
    fn within(&mut self, what: &str, holds: impl FnMut(&mut Self) -> bool) {
        println!("{:5.1} s: {what}", self.until(LOSSY, what, holds).as_secs_f32());
    }
}
