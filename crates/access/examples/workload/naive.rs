//! What somebody writes on the first afternoon: one search back from each side of each rule, over
//! plain lists, with a mark a node.
#![expect(
    clippy::indexing_slicing,
    reason = "nodes come from the generator, which numbers them all, and each table has its length"
)]

use crate::draw::Organisation;

pub(crate) struct Naive {
    starts: Vec<u32>,
    gainers: Vec<u32>,
}

impl Naive {
    pub(crate) fn of(organisation: &Organisation, nodes: usize) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        for to in &organisation.to {
            starts[*to as usize + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut gainers = vec![0; organisation.from.len()];
        for (from, to) in organisation.from.iter().zip(&organisation.to) {
            gainers[next[*to as usize] as usize] = *from;
            next[*to as usize] += 1;
        }
        Self { starts, gainers }
    }

    pub(crate) fn count(&self, organisation: &Organisation) -> Vec<u64> {
        let mut marks = vec![0u32; self.starts.len()];
        let mut met = vec![0u32; organisation.size.identities as usize];
        let mut queue: Vec<u32> = Vec::new();
        let mut mark = 0;
        let mut counts = Vec::new();
        for (rule, demand) in (1u32..).zip(&organisation.rules) {
            let mut count = 0;
            for (side, nodes) in demand.sides.iter().enumerate() {
                mark += 1;
                queue.clear();
                queue.extend(nodes);
                for node in nodes {
                    marks[*node as usize] = mark;
                }
                while let Some(node) = queue.pop() {
                    if node < organisation.size.identities {
                        if side == 0 {
                            met[node as usize] = rule;
                        } else if met[node as usize] == rule {
                            count += 1;
                        }
                    }
                    let span = self.starts[node as usize]..self.starts[node as usize + 1];
                    for gainer in &self.gainers[span.start as usize..span.end as usize] {
                        if marks[*gainer as usize] != mark {
                            marks[*gainer as usize] = mark;
                            queue.push(*gainer);
                        }
                    }
                }
            }
            counts.push(count);
        }
        counts
    }

    /// How many identities reach a node, and the sum of their distances.
    pub(crate) fn reach(&self, node: u32, identities: u32) -> [u64; 2] {
        let mut marks = vec![false; self.starts.len()];
        marks[node as usize] = true;
        let (mut here, mut next) = (vec![node], Vec::new());
        let (mut holders, mut sum, mut distance) = (0, 0, 0);
        while !here.is_empty() {
            for node in here.drain(..) {
                if node < identities {
                    holders += 1;
                    sum += distance;
                }
                let span = self.starts[node as usize]..self.starts[node as usize + 1];
                for gainer in &self.gainers[span.start as usize..span.end as usize] {
                    if !std::mem::replace(&mut marks[*gainer as usize], true) {
                        next.push(*gainer);
                    }
                }
            }
            std::mem::swap(&mut here, &mut next);
            distance += 1;
        }
        [holders, sum]
    }
}
