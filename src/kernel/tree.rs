//! Trees whose depth and size are bounded when they are built.
//!
//! Every recursive walk of the kernel, destructors included, goes through [`Tree`]. A tree
//! deeper than [`MAX_DEPTH`] or with more than [`MAX_SIZE`] nodes (shared parts counted as
//! often as they occur) cannot be built, so no walk overflows the stack or runs away.

use alloc::sync::Arc;
use core::fmt;
use core::ops::Deref;

use crate::refusal::Refusal;
use crate::term::Variable;

/// The largest depth of a tree.
pub const MAX_DEPTH: u32 = 192;
/// The largest number of nodes of a tree.
pub const MAX_SIZE: u32 = 1 << 20;

/// What a tree remembers of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extent {
    depth: u32,
    size: u32,
    /// How many binders around the tree its dangling variables need.
    loose: u32,
}

impl Extent {
    /// Counts a child that stands below `binders` binders of this node.
    pub fn child<T>(&mut self, child: &Tree<T>, binders: u32) -> &mut Self {
        self.depth = self.depth.max(child.extent.depth);
        self.size = self.size.saturating_add(child.extent.size);
        self.loose = self.loose.max(child.extent.loose.saturating_sub(binders));
        self
    }

    /// Counts children that stand below the same binders as this node.
    pub fn children<'a, T: 'a>(&mut self, children: impl IntoIterator<Item = &'a Tree<T>>) -> &mut Self {
        children.into_iter().fold(self, |extent, child| extent.child(child, 0))
    }

    /// Counts parts of this node that are not trees.
    pub fn parts<T: Node>(&mut self, parts: &[T]) -> &mut Self {
        parts.iter().fold(self, |extent, part| part.measure(extent))
    }

    /// Counts variables that stand in this node.
    pub fn variables(&mut self, variables: &[Variable]) -> &mut Self {
        for variable in variables {
            if let Variable::Bound(level) = variable {
                self.loose = self.loose.max(level.saturating_add(1));
            }
        }
        self.size = self.size.saturating_add(u32::try_from(variables.len()).unwrap_or(u32::MAX));
        self
    }
}

/// A node of a bounded tree.
pub trait Node {
    /// Counts the children and the variables of this node.
    fn measure<'a>(&self, extent: &'a mut Extent) -> &'a mut Extent;
}

/// A shared node together with its extent.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Tree<T> {
    extent: Extent,
    node: Arc<T>,
}

impl<T: Node> Tree<T> {
    /// Makes a tree of a node.
    ///
    /// # Errors
    /// [`Refusal::TooDeep`] and [`Refusal::TooLarge`] beyond the bounds.
    pub fn new(node: T) -> Result<Self, Refusal> {
        let mut extent = Extent::default();
        node.measure(&mut extent);
        extent.depth = extent.depth.saturating_add(1);
        extent.size = extent.size.saturating_add(1);
        if extent.depth > MAX_DEPTH {
            return Err(Refusal::TooDeep);
        }
        if extent.size > MAX_SIZE {
            return Err(Refusal::TooLarge);
        }
        Ok(Self { extent, node: Arc::new(node) })
    }
}

impl<T> Tree<T> {
    /// How many nodes and indices it has, shared parts counted as often as they occur.
    pub fn size(&self) -> u32 {
        self.extent.size
    }

    /// How many binders around the tree its dangling variables need; 0 for a closed tree.
    pub fn loose(&self) -> u32 {
        self.extent.loose
    }
}

impl<T> Clone for Tree<T> {
    fn clone(&self) -> Self {
        Self { extent: self.extent, node: Arc::clone(&self.node) }
    }
}

impl<T> Deref for Tree<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.node
    }
}

impl<T: fmt::Debug> fmt::Debug for Tree<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}
