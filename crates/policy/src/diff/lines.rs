//! Which lines of a text are gone and which are new: the longest common subsequence of lines (Wagner and
//! Fischer 1974, as a table), after what both begin and end with was set aside.

/// One line that is in one of two texts only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whether it is new; gone otherwise.
    pub is_new: bool,
    /// Its number in the text that has it, from 1.
    pub number: usize,
    /// Its text.
    pub text: String,
}

/// Most cells of the table; beyond that all lines between are said to be gone and new.
const CELLS_MAX: usize = 4_000_000;

/// The lines that differ, in order.
#[must_use]
pub fn lines(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let first = old.iter().zip(&new).take_while(|(was, is)| was == is).count();
    let rest = |all: &[&str]| all.len().saturating_sub(first);
    let most = rest(&old).min(rest(&new));
    let last = old.iter().rev().zip(new.iter().rev()).take(most);
    let last = last.take_while(|(was, is)| was == is).count();
    let middle = |all: &[&str]| -> Vec<String> {
        let till = all.len().saturating_sub(last);
        all.get(first..till).unwrap_or_default().iter().map(|it| (*it).to_owned()).collect()
    };
    between(&middle(&old), &middle(&new), first)
}

fn between(old: &[String], new: &[String], offset: usize) -> Vec<Line> {
    let line = |is_new, at: usize, text: &String| Line {
        is_new,
        number: offset.saturating_add(at).saturating_add(1),
        text: text.clone(),
    };
    let wide = new.len().saturating_add(1);
    if old.len().saturating_add(1).saturating_mul(wide) > CELLS_MAX {
        let gone = old.iter().enumerate().map(|(at, text)| line(false, at, text));
        return gone.chain(new.iter().enumerate().map(|(at, text)| line(true, at, text))).collect();
    }
    let table = common(old, new);
    let longest = |at: usize, to: usize| {
        table.get(at.saturating_mul(wide).saturating_add(to)).copied().unwrap_or_default()
    };
    let (mut at, mut to, mut found) = (0, 0, Vec::new());
    while at < old.len() || to < new.len() {
        let (next, onward) = (at.saturating_add(1), to.saturating_add(1));
        match (old.get(at), new.get(to)) {
            (Some(was), Some(is)) if was == is => (at, to) = (next, onward),
            (Some(was), is) if is.is_none() || longest(next, to) >= longest(at, onward) => {
                found.push(line(false, at, was));
                at = next;
            }
            (_, Some(is)) => {
                found.push(line(true, to, is));
                to = onward;
            }
            (_, None) => break,
        }
    }
    found
}

/// How many lines two ends have in common, by where each begins.
fn common(old: &[String], new: &[String]) -> Vec<u32> {
    let wide = new.len().saturating_add(1);
    let mut table = vec![0_u32; old.len().saturating_add(1).saturating_mul(wide)];
    let place = |at: usize, to: usize| at.saturating_mul(wide).saturating_add(to);
    for (at, was) in old.iter().enumerate().rev() {
        for (to, is) in new.iter().enumerate().rev() {
            let read = |at, to| table.get(place(at, to)).copied().unwrap_or_default();
            let (next, onward) = (at.saturating_add(1), to.saturating_add(1));
            let longest = if was == is {
                read(next, onward).saturating_add(1)
            } else {
                read(next, to).max(read(at, onward))
            };
            if let Some(cell) = table.get_mut(place(at, to)) {
                *cell = longest;
            }
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[abc]", 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        /// What is left of both texts without these lines is the same, and no line is said in vain.
        #[test]
        fn without_the_lines_that_differ_both_are_the_same(old in text(), new in text()) {
            let found = lines(&old.join("\n"), &new.join("\n"));
            let rest = |all: &[String], is_new: bool| -> Vec<String> {
                let gone = |at: usize| {
                    found.iter().any(|it| it.is_new == is_new && it.number == at + 1)
                };
                let kept = all.iter().enumerate().filter(|(at, _)| !gone(*at));
                kept.map(|(_, text)| text.clone()).collect()
            };
            let common = rest(&old, false);
            prop_assert_eq!(&common, &rest(&new, true));
            prop_assert_eq!(common.len(), longest(&old, &new));
            for it in &found {
                let all = if it.is_new { &new } else { &old };
                prop_assert_eq!(&all[it.number - 1], &it.text);
            }
        }
    }

    /// The plainest that there is.
    fn longest(old: &[String], new: &[String]) -> usize {
        match (old.split_first(), new.split_first()) {
            (Some((was, old_rest)), Some((is, new_rest))) if was == is => {
                1 + longest(old_rest, new_rest)
            }
            (Some((_, old_rest)), Some((_, new_rest))) => {
                longest(old_rest, new).max(longest(old, new_rest))
            }
            _ => 0,
        }
    }
}
