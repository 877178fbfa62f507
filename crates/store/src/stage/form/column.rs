//! What columns are made of: numbers as LEB128 (seven bits a byte, lowest first), texts as lengths beside
//! their bytes. Knows nothing of facts.

/// Why bytes are not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Damaged {
    /// They end too early.
    #[error("they end in the middle")]
    Short,
    /// Something is left over.
    #[error("more follows than belongs to them")]
    Long,
    /// A number that cannot stand where it does.
    #[error("a number in them points nowhere")]
    Number,
    /// A text that is none, or not allowed where it stands.
    #[error("a text in them is no text, or not one that may stand there")]
    Text,
    /// They cannot be unpacked.
    #[error("they cannot be unpacked")]
    Packing,
    /// They unpack to something else.
    #[error("they do not have the digest that was kept with them")]
    Digest,
    /// A form that this release does not know.
    #[error(
        "their form `{0}` is not known to this release: a newer one wrote them, or they are damaged"
    )]
    Form(u8),
}

/// A column while it is written.
#[derive(Debug, Default)]
pub(super) struct Column(Vec<u8>);

impl Column {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn number(&mut self, mut number: u64) {
        loop {
            let low = u8::try_from(number & 0x7f).unwrap_or_default();
            number >>= 7;
            if number == 0 {
                return self.0.push(low);
            }
            self.0.push(low | 0x80);
        }
    }

    pub(super) fn count(&mut self, count: usize) {
        self.number(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// The sign in the lowest bit, so that what is near zero is short.
    pub(super) fn signed(&mut self, number: i64) {
        self.number((number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned());
    }

    /// Adds another column with its length before it.
    pub(super) fn section(&mut self, other: &Self) {
        self.count(other.0.len());
        self.0.extend_from_slice(&other.0);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Texts one behind the other while they are written.
#[derive(Debug, Default)]
pub(super) struct Texts {
    count: usize,
    lengths: Column,
    bytes: Column,
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) {
        self.count = self.count.saturating_add(1);
        self.lengths.count(text.len());
        self.bytes.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn into_column(self) -> Column {
        let mut all = Column::default();
        all.count(self.count);
        all.section(&self.lengths);
        all.section(&self.bytes);
        all
    }
}

/// A column while it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn over(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        let (&first, rest) = self.0.split_first().ok_or(Damaged::Short)?;
        self.0 = rest;
        Ok(first)
    }

    pub(super) fn number(&mut self) -> Result<u64, Damaged> {
        let (mut number, mut shift) = (0u64, 0u32);
        loop {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift > 63 || (shift == 63 && low > 1) {
                return Err(Damaged::Number);
            }
            number |= low << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
            shift += 7;
        }
    }

    pub(super) fn place(&mut self) -> Result<usize, Damaged> {
        usize::try_from(self.number()?).map_err(|_| Damaged::Number)
    }

    /// How many follow. Each takes a byte at least, so that no more memory is asked for than there is
    /// reason to.
    pub(super) fn count(&mut self) -> Result<usize, Damaged> {
        let count = self.place()?;
        if count > self.0.len() { Err(Damaged::Short) } else { Ok(count) }
    }

    pub(super) fn signed(&mut self) -> Result<i64, Damaged> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(super) fn section(&mut self) -> Result<Self, Damaged> {
        let length = self.place()?;
        let (section, rest) = self.0.split_at_checked(length).ok_or(Damaged::Short)?;
        self.0 = rest;
        Ok(Self(section))
    }

    /// The next columns.
    pub(super) fn sections<const N: usize>(&mut self) -> Result<[Self; N], Damaged> {
        let mut sections = [Self(&[]); N];
        for section in &mut sections {
            *section = self.section()?;
        }
        Ok(sections)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Nothing is left.
    pub(super) fn end(&self) -> Result<(), Damaged> {
        if self.0.is_empty() { Ok(()) } else { Err(Damaged::Long) }
    }
}

/// Texts one behind the other while they are read.
#[derive(Debug)]
pub(super) struct TextsIn<'a> {
    count: usize,
    lengths: Cursor<'a>,
    rest: &'a str,
}

impl<'a> TextsIn<'a> {
    pub(super) fn over(mut column: Cursor<'a>) -> Result<Self, Damaged> {
        let count = column.place()?;
        let [lengths, bytes] = column.sections()?;
        column.end()?;
        if count > lengths.len() {
            return Err(Damaged::Short);
        }
        let rest = std::str::from_utf8(bytes.0).map_err(|_| Damaged::Text)?;
        Ok(Self { count, lengths, rest })
    }

    pub(super) fn next(&mut self) -> Result<&'a str, Damaged> {
        let length = self.lengths.place()?;
        let (text, rest) = self.rest.split_at_checked(length).ok_or(Damaged::Text)?;
        self.rest = rest;
        Ok(text)
    }

    pub(super) fn end(&self) -> Result<(), Damaged> {
        self.lengths.end()?;
        if self.rest.is_empty() { Ok(()) } else { Err(Damaged::Long) }
    }

    /// All of them, each turned into something.
    pub(super) fn all<T>(
        mut self,
        made: impl Fn(&'a str) -> Result<T, Damaged>,
    ) -> Result<Vec<T>, Damaged> {
        let all = (0..self.count).map(|_| made(self.next()?)).collect::<Result<_, _>>()?;
        self.end()?;
        Ok(all)
    }
}
