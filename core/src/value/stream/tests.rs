//! The structure against a naive model: entries as a map, deliveries as a map.
