//! The graph's promises: links go both ways, every layer is in one piece, and searches find what is really near.

use super::*;
use crate::util::rng::Rng;
use proptest::prelude::*;

/// Candidates looked at, as VADD and VSIM do without being told.
const BUILD: usize = 200;
const LOOK: usize = 200;

fn vector(rng: &mut Rng, dim: usize) -> Vec<f32> {
    // Sums of uniform numbers are nearly normal: directions are nearly fair.
    let component = |rng: &mut Rng| (0..4).map(|_| rng.fraction() as f32 - 0.5).sum();
    (0..dim).map(|_| component(rng)).collect()
}

fn level(rng: &mut Rng) -> usize {
    (rng.next_u64().trailing_zeros() as usize / 2).min(LEVELS - 1)
}

fn graph(rng: &mut Rng, nodes: usize, dim: usize, quantization: Quantization, m: usize) -> Hnsw {
    let mut graph = Hnsw::new(dim, quantization, m);
    for _ in 0..nodes {
        graph.add(&Encoded::new(&vector(rng, dim), quantization), level(rng), BUILD);
    }
    graph
}

/// Of the truly nearest ten, those that a search finds.
fn recall(graph: &Hnsw, rng: &mut Rng, queries: usize) -> f64 {
    let (mut hits, mut all, mut units) = (0, 0, 0);
    for _ in 0..queries {
        let vectors = graph.vectors();
        let query = Encoded::new(&vector(rng, vectors.dim()), vectors.quantization());
        let truth = graph.search_all(query.view(), 10, None, &mut units);
        let found = graph.search(query.view(), 10, LOOK, None, &mut units);
        hits += truth.iter().filter(|near| found.contains(near)).count();
        all += truth.len();
    }
    hits as f64 / all as f64
}

fn check(graph: &Hnsw) {
    assert_eq!(graph.nodes.len(), graph.vectors.len());
    let Some(top) = (0..graph.len() as u32).map(|id| graph.layers(id) - 1).max() else { return };
    assert_eq!((graph.top, graph.layers(graph.entry) - 1), (top, top));
    let all = || (0..graph.len() as u32).flat_map(|id| (0..graph.layers(id)).map(move |l| (id, l)));
    assert_eq!(graph.ways, all().map(|(id, layer)| graph.links(id, layer).len()).sum::<usize>());
    assert_eq!(graph.upper + graph.len(), all().count());
    for layer in 0..=top {
        let inside: Vec<u32> =
            (0..graph.len() as u32).filter(|id| graph.layers(*id) > layer).collect();
        for id in &inside {
            for link in graph.links(*id, layer) {
                assert!(
                    link.to != *id && graph.links(link.to, layer).iter().any(|it| it.to == *id)
                );
                let vectors = graph.vectors();
                let views = (vectors.view(*id as usize), vectors.view(link.to as usize));
                assert_eq!(vectors.distance(views.0, views.1), link.distance);
            }
        }
        let mut seen = vec![false; graph.len()];
        let mut pending = vec![inside[0]];
        while let Some(id) = pending.pop() {
            if !std::mem::replace(&mut seen[id as usize], true) {
                pending.extend(graph.links(id, layer).iter().map(|link| link.to));
            }
        }
        assert!(inside.iter().all(|id| seen[*id as usize]), "layer {layer} is in pieces");
    }
}

#[test]
fn searches_find_what_is_near() {
    let mut rng = Rng::new(3);
    for (quantization, least) in
        [(Quantization::Float, 0.95), (Quantization::Int8, 0.95), (Quantization::Binary, 0.9)]
    {
        let graph = graph(&mut rng, 1000, 24, quantization, 16);
        check(&graph);
        let recall = recall(&graph, &mut rng, 40);
        assert!(recall >= least, "{quantization:?}: {recall}");
    }
}

#[test]
fn removals_leave_what_additions_would() {
    let mut rng = Rng::new(4);
    let mut graph = graph(&mut rng, 900, 16, Quantization::Int8, 8);
    for _ in 0..600 {
        let id = rng.below(graph.len() as u64) as u32;
        graph.remove(id);
    }
    check(&graph);
    let recall = recall(&graph, &mut rng, 40);
    assert!(recall >= 0.95, "{recall}");
}

#[test]
fn equal_and_empty_vectors_are_found_too() {
    let mut graph = Hnsw::new(3, Quantization::Float, 4);
    let same = Encoded::new(&[1.0, 2.0, 3.0], Quantization::Float);
    for _ in 0..300 {
        graph.add(&same, 0, BUILD);
    }
    graph.add(&Encoded::new(&[0.0; 3], Quantization::Float), 2, BUILD);
    check(&graph);
    let mut units = 0;
    assert_eq!(graph.search(same.view(), 301, 301, None, &mut units).len(), 301);
    let mut even = |node: u32| node % 100 == 7;
    let filter = Some(Filter { accepts: &mut even, effort: usize::MAX });
    let found = graph.search(same.view(), 10, 10, filter, &mut units);
    assert_eq!(found.iter().map(|it| it.node).collect::<Vec<_>>(), [7, 107, 207]);
    while !graph.is_empty() {
        graph.remove(0);
    }
    assert!(graph.search(same.view(), 1, 1, None, &mut units).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn histories_keep_every_layer_in_one_piece(seed: u64, m in 2usize..6, dim in 1usize..5, steps in 1usize..160) {
        let mut rng = Rng::new(seed);
        let mut graph = Hnsw::new(dim, Quantization::Int8, m);
        for _ in 0..steps {
            if graph.is_empty() || rng.below(3) > 0 {
                graph.add(&Encoded::new(&vector(&mut rng, dim), Quantization::Int8), level(&mut rng), 8);
            } else {
                let id = rng.below(graph.len() as u64) as u32;
                graph.remove(id);
            }
            check(&graph);
        }
    }
}

/// Without optimization it would take minutes.
#[test]
#[cfg(not(debug_assertions))]
fn ten_thousand_random_vectors_are_found_as_well() {
    for (dim, quantization) in [(32, Quantization::Float), (100, Quantization::Int8)] {
        let mut rng = Rng::new(5);
        let graph = graph(&mut rng, 10_000, dim, quantization, 16);
        let recall = recall(&graph, &mut rng, 200);
        assert!(recall >= 0.95, "{dim} {quantization:?}: {recall}");
    }
}
