//! A large form that several may hold: copying it is counting one more holder, whatever its size. Who changes it while
//! somebody else holds it changes a copy of its own, so nobody ever sees a value change under them.
//!
//! Small forms are not shared: copying their few bytes costs less than a count that every write would have to look at.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// See the module.
#[derive(Clone, Debug)]
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    /// Held once.
    pub fn new(value: T) -> Self {
        Shared(Arc::new(value))
    }

    /// Whether nobody else holds it now. O(1).
    pub fn is_sole(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// Whether both are one value, not merely equal ones.
    #[cfg(test)]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    /// O(1) for the sole holder; for any other the cost of a copy.
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_value_until_one_of_them_changes() {
        let mut first = Shared::new(vec![1, 2]);
        let mut second = first.clone();
        assert!(first.is_same(&second) && !first.is_sole());
        second.push(3);
        assert_eq!((&*first, &*second), (&vec![1, 2], &vec![1, 2, 3]));
        assert!(first.is_sole() && second.is_sole());
        let place = second.as_ptr();
        second[0] = 9;
        assert_eq!(second.as_ptr(), place, "nobody else holds it: no copy");
        first.clear();
    }
}
