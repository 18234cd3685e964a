//! Commands that compute for long among GETs, in several shares: whoever only wants a GET waits for them, or does not. SORT, SINTER of
//! two sets, LRANGE and ZRANGE over 10 000 elements have equal parts of the share.

use super::{Answer, Bench, at, figures_of, figures_of_latency, histogram, mix};
use crate::lab::client::{Client, encode};
use crate::lab::figure::Figure;
use crate::lab::schedule::Job;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Elements of each collection.
const ELEMENTS: usize = 10_000;
/// Elements that leave in one command while filling.
const BATCH: usize = 500;
/// The heavy commands, and their names in commandstats.
const HEAVY: [(&str, &str); 4] = [
    ("SORT lab:list LIMIT 0 100", "sort"),
    ("SINTER lab:set:a lab:set:b", "sinter"),
    ("LRANGE lab:list 0 -1", "lrange"),
    ("ZRANGE lab:zset 0 -1", "zrange"),
];
/// Weights of a whole mix; shares down to a hundredth of a percent have weights.
const WEIGHTS: f64 = 40_000.0;

/// Measures one share at one number of connections.
pub(super) async fn measure(bench: &Bench<'_>, job: &Job) -> Result<Answer, String> {
    let connections = job.point.connections;
    let server = bench.start(job, connections, &[]).await?;
    fill(server.address).await?;
    let share = job.point.heavy_percent / 100.0;
    let light = ((1.0 - share) * WEIGHTS).round();
    let mut mix = mix(&format!("get={light}"))?;
    let each = (share * WEIGHTS / HEAVY.len() as f64).round();
    if each > 0.0 {
        for (text, _) in HEAVY {
            mix.add_command(&format!("{each}={text}")).map_err(|error| error.to_string())?;
        }
    }
    let plan = bench.plan(&server, connections, mix);
    let loaded = bench.load(&server, plan).await?;
    let times = Client::connect(server.address).await?.info("commandstats").await?;
    server.end().await;
    let mut answer = figures_of(&loaded, connections);
    // GETs and the heavy ones each have their own percentiles; those of both together would only tell the share.
    for figure in figures_of_latency(&loaded.report.latency).keys() {
        answer.figures.remove(figure);
    }
    let mut heavy = histogram()?;
    for (i, command) in loaded.report.commands.iter().enumerate() {
        if i == 0 {
            answer.figures.extend(figures_of_latency(&command.latency));
        } else {
            heavy.add(&command.latency).map_err(|error| error.to_string())?;
        }
    }
    if !heavy.is_empty() {
        let seconds = loaded.report.seconds.max(f64::MIN_POSITIVE);
        answer.figures.extend([
            (Figure::HeavyThroughputPerS, heavy.len() as f64 / seconds),
            (Figure::HeavyP50Us, at(&heavy, 0.5)),
            (Figure::HeavyP99Us, at(&heavy, 0.99)),
            (Figure::HeavyP999Us, at(&heavy, 0.999)),
            (Figure::HeavyMaxUs, at(&heavy, 1.0)),
        ]);
    }
    answer.figures.extend(time_share(&times).map(|share| (Figure::HeavyTimePercent, share)));
    Ok(answer)
}

/// Creates what the heavy commands read.
async fn fill(address: SocketAddr) -> Result<(), String> {
    let mut client = Client::connect(address).await?;
    let mut requests = Vec::new();
    let mut count = 0;
    for first in (0..ELEMENTS).step_by(BATCH) {
        let numbers = first..(first + BATCH).min(ELEMENTS);
        // Spread, so that sorting has something to do; the factor has no divisor in common with the number of elements.
        let spread = numbers.clone().map(|i| (i * 7919 % ELEMENTS).to_string());
        let members = numbers.clone().map(|i| format!("member:{i}"));
        let shifted = numbers.clone().map(|i| format!("member:{}", i + ELEMENTS / 2));
        let scored = numbers.clone().flat_map(|i| [i.to_string(), format!("member:{i}")]);
        for (command, words) in [
            (["RPUSH", "lab:list"], spread.collect::<Vec<_>>()),
            (["SADD", "lab:set:a"], members.collect()),
            (["SADD", "lab:set:b"], shifted.collect()),
            (["ZADD", "lab:zset"], scored.collect()),
        ] {
            let request: Vec<&[u8]> = command
                .iter()
                .map(|it| it.as_bytes())
                .chain(words.iter().map(|it| it.as_bytes()))
                .collect();
            encode(&request, &mut requests);
            count += 1;
        }
    }
    client.send(&requests).await?;
    for _ in 0..count {
        if let crate::lab::client::Reply::Error(error) = client.reply().await? {
            return Err(format!("what the heavy commands read cannot be created: {error}"));
        }
    }
    Ok(())
}

/// The heavy commands' share of the time in GETs and heavy commands, percent, from commandstats. None if nothing ran.
fn time_share(stats: &BTreeMap<String, String>) -> Option<f64> {
    let micros = |name: &str| {
        let line = stats.get(&format!("cmdstat_{name}"))?;
        line.split(',').find_map(|part| part.strip_prefix("usec=")?.parse::<f64>().ok())
    };
    // From 0 upwards: the sum of nothing would be shown as -0.
    let heavy = HEAVY.iter().filter_map(|(_, name)| micros(name)).fold(0.0, |sum, us| sum + us);
    let all = heavy + micros("get").unwrap_or(0.0);
    (all > 0.0).then(|| heavy / all * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_time_counts_only_the_mix() {
        let stats = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        let share = time_share(&stats(&[
            ("cmdstat_get", "calls=10,usec=25,usec_per_call=2.50"),
            ("cmdstat_sort", "calls=1,usec=50,usec_per_call=50"),
            ("cmdstat_zrange", "calls=1,usec=25"),
            ("cmdstat_rpush", "calls=1,usec=1000"),
        ]));
        assert_eq!(share, Some(75.0));
        assert_eq!(time_share(&stats(&[])), None);
    }
}
