//! Which measurements a run consists of, and in which order. Models take turns at each point, in an order that chance decides anew each
//! time, and whole rounds over all points are repeated: a slow minute of the machine hits every model alike, and no model always comes
//! first.

use super::options::Options;
use super::scenarios::race;
use super::subject::{Model, Point, Scenario, Setup};
use redloop_core::util::rng::Rng;

/// One measurement to make.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Job {
    pub(crate) scenario: Scenario,
    pub(crate) setup: Setup,
    pub(crate) point: Point,
    /// From 1.
    pub(crate) repetition: usize,
}

/// Variants of the moderate scenario: as fast as it goes, and at a rate.
pub(crate) const CLOSED: &str = "closed loop";
pub(crate) const OPEN: &str = "open loop at 70 %";
/// Variants of the burst: everybody is let in at once, or some by some.
pub(crate) const UNTHROTTLED: &str = "unthrottled";
pub(crate) const THROTTLED: &str = "accept-rate";

/// Connections of the scenario that is about how many there are.
const MANY: [usize; 4] = [1000, 10_000, 50_000, 100_000];

/// Everything, in order. `most`: given how many connections are wanted, how many the machine has room for.
///
/// # Errors
/// A scenario or model does not exist.
pub(crate) fn jobs(options: &Options, most: impl Fn(usize) -> usize) -> Result<Vec<Job>, String> {
    let mut chance = Rng::new(options.seed);
    let models = options.models()?;
    let mut jobs = Vec::new();
    for repetition in 1..=options.repetitions() {
        for scenario in options.scenarios()? {
            // The source does not scatter.
            if scenario == Scenario::Learning && repetition > 1 {
                continue;
            }
            let mut points = points(scenario, options, &most);
            shuffle(&mut points, &mut chance);
            for point in points {
                let mut setups = setups(scenario, &models);
                shuffle(&mut setups, &mut chance);
                jobs.extend(setups.into_iter().map(|setup| Job {
                    scenario,
                    setup,
                    point: point.clone(),
                    repetition,
                }));
            }
        }
    }
    Ok(jobs)
}

/// Offloading only matters where there is heavy work, and where its code is read.
fn setups(scenario: Scenario, models: &[Model]) -> Vec<Setup> {
    let offloads: &[bool] = match scenario {
        Scenario::Cpu | Scenario::Learning => &[false, true],
        _ => &[false],
    };
    models
        .iter()
        .flat_map(|model| offloads.iter().map(|offload| Setup { model: *model, offload: *offload }))
        .collect()
}

fn points(scenario: Scenario, options: &Options, most: &impl Fn(usize) -> usize) -> Vec<Point> {
    let connections = |quick: &[usize], full: &[usize]| -> Vec<usize> {
        match (&options.connections, options.quick) {
            (own, _) if !own.is_empty() => own.clone(),
            (_, true) => quick.into(),
            (_, false) => full.into(),
        }
    };
    let variants = |connections: Vec<usize>, variants: &[&str]| {
        connections
            .into_iter()
            .flat_map(|many| variants.iter().map(move |it| Point::of(many).variant(it)))
            .collect()
    };
    match scenario {
        Scenario::Connections => {
            connections(&[200, 1000], &as_many_as_fit(most)).into_iter().map(Point::of).collect()
        }
        Scenario::Cpu => {
            let shares: &[f64] = match (options.shares.as_slice(), options.quick) {
                ([], true) => &[0.0, 5.0],
                ([], false) => &[0.0, 0.1, 1.0, 5.0, 20.0],
                (own, _) => own,
            };
            connections(&[10, 50], &[50, 1000, 5000])
                .into_iter()
                .flat_map(|many| {
                    shares
                        .iter()
                        .map(move |share| Point { heavy_percent: *share, ..Point::of(many) })
                })
                .collect()
        }
        Scenario::Race => {
            let clients = if options.quick { 4 } else { 32 };
            race::variants().into_iter().map(|it| Point::of(clients).variant(&it)).collect()
        }
        Scenario::Moderate => variants(connections(&[200], &[1000, 3000, 10_000]), &[CLOSED, OPEN]),
        Scenario::Burst => variants(connections(&[300], &[10_000]), &[UNTHROTTLED, THROTTLED]),
        Scenario::Learning => vec![Point::of(0)],
    }
}

/// The usual numbers, and between those that fit and those that do not the most that does. What does not fit stays, and will be said to
/// be left out.
fn as_many_as_fit(most: &impl Fn(usize) -> usize) -> Vec<usize> {
    let mut many = MANY.to_vec();
    let most = many.last().map_or(0, |wanted| most(*wanted));
    let fitting = many.partition_point(|connections| *connections <= most);
    if fitting < many.len() && fitting > 0 && many[fitting - 1] < most {
        many.insert(fitting, most);
    }
    many
}

/// Fisher and Yates.
fn shuffle<T>(items: &mut [T], chance: &mut Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, chance.below(last as u64 + 1) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn of(arguments: &[&str]) -> Vec<Job> {
        let all = ["redloop lab"].iter().chain(arguments);
        jobs(&Options::try_parse_from(all).unwrap(), |wanted| wanted).unwrap()
    }

    #[test]
    fn every_scenario_meets_every_model_and_nothing_is_measured_twice() {
        let jobs = of(&["--quick"]);
        for scenario in Scenario::ALL {
            for model in Model::ALL {
                assert!(
                    jobs.iter().any(|job| job.scenario == scenario && job.setup.model == model),
                    "{scenario} {model}"
                );
            }
        }
        for (i, job) in jobs.iter().enumerate() {
            assert!(!jobs[..i].contains(job), "{job:?}");
        }
    }

    #[test]
    fn models_take_turns_in_changing_order() {
        let jobs = of(&["--scenario", "connections", "--repetitions", "8"]);
        let rounds: Vec<&[Job]> = jobs.chunks(3).collect();
        for round in &rounds {
            assert!(round.iter().all(|job| job.point == round[0].point));
        }
        let firsts: Vec<Setup> = rounds.iter().map(|round| round[0].setup).collect();
        assert!(Model::ALL.iter().all(|model| firsts.iter().any(|first| first.model == *model)));
        // The whole set is measured once before anything is measured twice.
        assert!(jobs.is_sorted_by_key(|job| job.repetition));
        assert_eq!(jobs, of(&["--scenario", "connections", "--repetitions", "8"]));
    }

    #[test]
    fn where_not_all_fit_the_most_that_does_is_measured_too() {
        assert_eq!(as_many_as_fit(&|wanted| wanted), MANY);
        assert_eq!(as_many_as_fit(&|_| 19_000), [1000, 10_000, 19_000, 50_000, 100_000]);
        assert_eq!(as_many_as_fit(&|_| 10_000), MANY);
        assert_eq!(as_many_as_fit(&|_| 10), MANY);
    }

    #[test]
    fn ones_own_points_replace_the_usual_ones() {
        let jobs = of(&["--scenario", "cpu", "--connections", "7", "--shares", "2.5"]);
        assert!(jobs.iter().all(|job| job.point.slug() == "c7-h2.5"));
        assert_eq!(jobs.len(), 6 * 5);
    }
}
