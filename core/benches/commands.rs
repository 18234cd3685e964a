//! The engine alone under divan, with the workloads of the example `drive`: `cargo bench -p redloop-core`. Beside real
//! servers it is measured by `cargo xtask bench`.

#[path = "../examples/drive/load.rs"]
mod load;

use divan::{Bencher, counter::ItemsCount};

/// Commands of a sample; all samples together pop no more than the lists hold.
const COMMANDS: usize = 1600;

fn main() {
    divan::main();
}

#[divan::bench(args = load::names(), sample_count = 100, sample_size = 1)]
fn command(bencher: Bencher<'_, '_>, workload: &str) {
    let mut drive = load::Drive::new(workload).expect("its name is of the list");
    bencher
        .counter(ItemsCount::new(COMMANDS))
        .bench_local(|| drive.run(COMMANDS).expect("no command fails"));
}
