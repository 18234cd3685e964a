//! Vector sets: named elements, each with a vector and perhaps attributes, in a graph of near neighbours. There is one
//! form, whatever the size; a copy shares it.
//!
//! Left out: how neighbours are found (`ds/hnsw`), and what attributes mean (`commands/vector_filter`).

use super::shared::Shared;
use super::{Collection, Kind, LARGE_FORM, Object};
use crate::ds::hnsw::Hnsw;
use crate::ds::ordered::{Ordered, Place};
use crate::ds::vectors::{Encoded, Quantization};
use crate::util::rng::Rng;
use std::cmp::Ordering;

/// A vector set as keys hold it.
pub type SharedVectors = Shared<VectorSet>;

/// See the module.
#[derive(Clone, Debug)]
pub struct VectorSet {
    /// The vectors and their links, by the elements' numbers.
    pub graph: Hnsw,
    /// Names a vector set for as long as the server runs.
    pub uid: u64,
    /// Elements ever added.
    pub added: u64,
    /// Components of the vectors that are given, if they are projected; otherwise 0.
    pub projected_from: usize,
    elements: Vec<Element>,
    /// Their numbers, by name.
    order: Ordered<u32>,
    with_attributes: usize,
    /// Bytes of names and attributes.
    texts: usize,
}

#[derive(Clone, Debug)]
struct Element {
    name: Box<[u8]>,
    /// Empty: none.
    attributes: Box<[u8]>,
}

/// What an element counts for in the account of memory beside its vector, links and texts.
const ELEMENT_WEIGHT: usize = 40;

/// Names the projection: it depends on nothing but the dimensions, so that it is the same wherever commands are run again.
const PROJECTION_SEED: u64 = 0x7265_646c_6f6f_7031;

/// Fewer components for a vector: each is the sum of all with signs of its own (Achlioptas, "Database-friendly random
/// projections", 2001). O(from × to).
pub fn project(values: &[f32], to: usize) -> Vec<f32> {
    let mut rng = Rng::new(PROJECTION_SEED ^ (values.len() as u64) << 32 ^ to as u64);
    let scale = (to as f32).sqrt();
    let component = |_| {
        let mut sum = 0.0;
        for values in values.chunks(64) {
            let mut signs = rng.next_u64();
            for value in values {
                sum += if signs & 1 == 0 { *value } else { -*value };
                signs >>= 1;
            }
        }
        sum / scale
    };
    (0..to).map(component).collect()
}

impl VectorSet {
    /// An empty set for vectors of `dim` components.
    pub fn new(dim: usize, quantization: Quantization, m: usize, uid: u64) -> Self {
        VectorSet {
            graph: Hnsw::new(dim, quantization, m),
            uid,
            added: 0,
            projected_from: 0,
            elements: Vec::new(),
            order: Ordered::new(),
            with_attributes: 0,
            texts: 0,
        }
    }

    /// Adds an element, or gives the one of that name another vector, and leaves its attributes as they are. Whether it
    /// is new, and how many distances were computed.
    pub fn add(
        &mut self,
        name: &[u8],
        vector: &Encoded,
        level: usize,
        effort: usize,
    ) -> (bool, u64) {
        let old = self.take(name);
        let place = self.place(name).unwrap_or_else(|place| place);
        let mut units = self.graph.add(vector, level, effort);
        self.order.insert_at(place, self.elements.len() as u32);
        self.added += 1;
        let new = old.is_none();
        let (element, more) =
            old.unwrap_or_else(|| (Element { name: name.into(), attributes: [].into() }, 0));
        units += more;
        self.with_attributes += usize::from(!element.attributes.is_empty());
        self.texts += element.texts();
        self.elements.push(element);
        (new, units)
    }

    /// Removes an element; how many distances were computed, or `None`: there is none of that name.
    pub fn remove(&mut self, name: &[u8]) -> Option<u64> {
        self.take(name).map(|(_, units)| units)
    }

    /// Gives an element attributes, or none. Whether there is one of that name.
    pub fn set_attributes(&mut self, name: &[u8], attributes: &[u8]) -> bool {
        let Some(id) = self.find(name) else { return false };
        let element = &mut self.elements[id as usize];
        self.with_attributes -= usize::from(!element.attributes.is_empty());
        self.with_attributes += usize::from(!attributes.is_empty());
        self.texts = self.texts + attributes.len() - element.attributes.len();
        element.attributes = attributes.into();
        true
    }

    /// An element's number. O(log n).
    pub fn find(&self, name: &[u8]) -> Option<u32> {
        self.order.get(|id| (*self.elements[*id as usize].name).cmp(name)).copied()
    }

    /// An element's name.
    pub fn name(&self, id: u32) -> &[u8] {
        &self.elements[id as usize].name
    }

    /// An element's attributes; empty: none.
    pub fn attributes(&self, id: u32) -> &[u8] {
        &self.elements[id as usize].attributes
    }

    /// Names in order, from the first that `before` does not call too small. O(log n) for the first.
    pub fn names_from(&self, before: impl Fn(&[u8]) -> bool) -> impl Iterator<Item = &[u8]> {
        let order =
            |id: &u32| if before(self.name(*id)) { Ordering::Less } else { Ordering::Greater };
        self.order.iter_from(self.order.place_from(order)).map(|id| self.name(*id))
    }

    /// All elements' numbers, by name.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        self.order.iter().copied()
    }

    /// How many elements have attributes.
    pub fn with_attributes(&self) -> usize {
        self.with_attributes
    }

    /// Elements.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Bytes it counts for in the account of memory. O(1).
    pub fn weight(&self) -> usize {
        LARGE_FORM + self.graph.weight() + self.texts + self.elements.len() * ELEMENT_WEIGHT
    }

    fn take(&mut self, name: &[u8]) -> Option<(Element, u64)> {
        let id = self.order.remove_at(self.place(name).ok()?);
        let last = self.elements.len() as u32 - 1;
        if id != last
            && let Ok(place) = self.place(&self.elements[last as usize].name)
        {
            *self.order.at_mut(place) = id;
        }
        let element = self.elements.swap_remove(id as usize);
        self.with_attributes -= usize::from(!element.attributes.is_empty());
        self.texts -= element.texts();
        Some((element, self.graph.remove(id)))
    }

    fn place(&self, name: &[u8]) -> Result<Place, Place> {
        self.order.find(|id| (*self.elements[*id as usize].name).cmp(name))
    }
}

impl Element {
    fn texts(&self) -> usize {
        self.name.len() + self.attributes.len()
    }
}

impl Collection for SharedVectors {
    const KIND: Kind = Kind::VectorSet;

    fn of(object: &Object) -> Option<&Self> {
        match object {
            Object::VectorSet(set) => Some(set),
            _ => None,
        }
    }

    fn of_mut(object: &mut Object) -> Option<&mut Self> {
        match object {
            Object::VectorSet(set) => Some(set),
            _ => None,
        }
    }

    fn into_object(self) -> Object {
        Object::VectorSet(self)
    }

    /// Of no dimension: the first element decides.
    fn empty() -> Self {
        Shared::new(VectorSet::new(0, Quantization::Int8, 0, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn names_and_attributes_are_a_map_s(steps in prop::collection::vec((0u8..12, 0u8..4, any::<u8>()), 1..80)) {
            let mut set = VectorSet::new(2, Quantization::Float, 4, 1);
            let mut model: BTreeMap<Vec<u8>, (f32, Vec<u8>)> = BTreeMap::new();
            for (name, what, number) in steps {
                let name = vec![b'a' + name; usize::from(name % 3) + 1];
                match what {
                    0 => prop_assert_eq!(set.remove(&name).is_some(), model.remove(&name).is_some()),
                    1 => {
                        let attributes = vec![b'x'; usize::from(number % 3)];
                        let known = set.set_attributes(&name, &attributes);
                        prop_assert_eq!(known, model.contains_key(&name));
                        if let Some(element) = model.get_mut(&name) {
                            element.1 = attributes;
                        }
                    }
                    _ => {
                        let value = f32::from(number) + 1.0;
                        let vector = Encoded::new(&[value, 0.0], Quantization::Float);
                        let (new, _) = set.add(&name, &vector, usize::from(number % 2), 10);
                        prop_assert_eq!(new, !model.contains_key(&name));
                        model.entry(name).or_default().0 = value;
                    }
                }
                prop_assert_eq!(set.len(), model.len());
                prop_assert_eq!(set.texts, model.iter().map(|(name, it)| name.len() + it.1.len()).sum::<usize>());
                let names: Vec<_> = set.names_from(|_| false).map(<[u8]>::to_vec).collect();
                prop_assert_eq!(names, model.keys().cloned().collect::<Vec<_>>());
                let with = model.values().filter(|(_, attributes)| !attributes.is_empty()).count();
                prop_assert_eq!(set.with_attributes(), with);
                for (name, (value, attributes)) in &model {
                    let id = set.find(name).unwrap();
                    prop_assert_eq!((set.name(id), set.attributes(id)), (&name[..], &attributes[..]));
                    prop_assert_eq!(set.graph.vectors().decode(id as usize)[0], *value);
                }
            }
        }
    }

    #[test]
    fn projections_keep_directions_apart() {
        let a: Vec<f32> = (0..300).map(|i| (i as f32 * 0.7).sin()).collect();
        let b: Vec<f32> = (0..300).map(|i| (i as f32 * 0.31).cos()).collect();
        let encode = |values: &[f32]| Encoded::new(&project(values, 100), Quantization::Float);
        let graph = Hnsw::new(100, Quantization::Float, 4);
        let (near, far) = (encode(&a), encode(&b));
        let twice: Vec<f32> = a.iter().map(|value| value * 2.0).collect();
        assert!(graph.vectors().distance(near.view(), encode(&twice).view()) < 1e-5);
        assert!((graph.vectors().distance(near.view(), far.view()) - 1.0).abs() < 0.4);
    }
}
