//! Pickle, protocol 4: a list of dicts of plain values. Nothing is imported or called, and any other object is refused.

use super::operands::Operands;
use super::{Keys, Shape, Unread};
use std::io::BufRead;

/// The classes whose instances a batch file can contain.
const CLASSES: [(&[u8], &[u8]); 5] = [
    (b"decimal", b"Decimal"),
    (b"datetime", b"date"),
    (b"datetime", b"datetime"),
    (b"datetime", b"time"),
    (b"datetime", b"timedelta"),
];

pub(super) fn read(bytes: impl BufRead, shape: &Shape, keys: &mut Keys<'_>) -> Result<(), Unread> {
    let mut machine = Machine {
        input: Operands(bytes),
        stack: Vec::new(),
        memo: Vec::new(),
        listed_rows: 0,
        shape,
        keys,
    };
    if machine.input.array()? != [0x80, 4] {
        return Err(Unread::content("not a pickle of protocol 4"));
    }
    while machine.step()? {}
    machine.finish()
}

/// An item on the stack. A value is a byte for its kind, followed by its canonical bytes.
#[derive(Clone)]
enum Item {
    Mark,
    /// The outermost list.
    Rows,
    /// A filled dict is a row whose key has been added.
    Dict {
        filled: bool,
    },
    Null,
    Text(Vec<u8>),
    Class(usize),
    Tuple(Vec<u8>),
    Value(Vec<u8>),
    /// A list of plain values in a row.
    List(Vec<u8>),
}

/// The part of Python's pickle machine that plain values need. Between two APPENDS it only remembers of each row that it was
/// filled.
struct Machine<'a, 'k, R> {
    input: Operands<R>,
    stack: Vec<Item>,
    memo: Vec<Item>,
    listed_rows: u64,
    shape: &'a Shape,
    keys: &'a mut Keys<'k>,
}

impl<R: BufRead> Machine<'_, '_, R> {
    /// Runs one opcode, and returns `false` after STOP. The names are those of Python's `pickletools`.
    fn step(&mut self) -> Result<bool, Unread> {
        let opcode = self.input.byte()?;
        let item = match opcode {
            b'.' => return Ok(false),
            0x95 => return self.input.array::<8>().map(|_| true), // FRAME
            b'0' => return self.pop().map(|_| true),              // POP
            0x94 => return self.memoize().map(|()| true),         // MEMOIZE
            b'e' => return self.appends().map(|()| true),         // APPENDS
            b'u' => self.set_items()?,                            // SETITEMS
            b'(' => Item::Mark,                                   // MARK
            b']' => self.empty_list(),                            // EMPTY_LIST
            b'}' => Item::Dict { filled: false },                 // EMPTY_DICT
            0x93 => self.class()?,                                // STACK_GLOBAL
            b'R' => self.reduce()?,                               // REDUCE
            0x85 => self.tuple(1)?,                               // TUPLE1
            0x87 => self.tuple(3)?,                               // TUPLE3
            b'h' => self.get::<1>()?,                             // BINGET
            b'j' => self.get::<4>()?,                             // LONG_BINGET
            _ => self.value(opcode)?,
        };
        self.stack.push(item);
        Ok(true)
    }

    fn value(&mut self, opcode: u8) -> Result<Item, Unread> {
        let input = &mut self.input;
        Ok(match opcode {
            b'N' => Item::Null,                                     // NONE
            0x88 | 0x89 => Item::Value(vec![opcode]),               // NEWTRUE, NEWFALSE
            b'K' => int(input.byte()?.into()),                      // BININT1
            b'M' => int(u16::from_le_bytes(input.array()?).into()), // BININT2
            b'J' => int(i32::from_le_bytes(input.array()?).into()), // BININT
            0x8a => int(input.long()?),                             // LONG1
            b'G' => kind(b'G', &input.array::<8>()?),               // BINFLOAT
            0x8c => Item::Text(input.counted::<1>()?),              // SHORT_BINUNICODE
            b'X' => Item::Text(input.counted::<4>()?),              // BINUNICODE
            0x8d => Item::Text(input.counted::<8>()?),              // BINUNICODE8
            b'C' => kind(b'B', &input.counted::<1>()?),             // SHORT_BINBYTES
            b'B' => kind(b'B', &input.counted::<4>()?),             // BINBYTES
            0x8e => kind(b'B', &input.counted::<8>()?),             // BINBYTES8
            _ => {
                return Err(Unread::content(format!(
                    "unexpected pickle opcode {opcode:#04x}"
                )));
            }
        })
    }

    fn pop(&mut self) -> Result<Item, Unread> {
        self.stack.pop().ok_or_else(misplaced)
    }

    /// Removes the last mark and the items above it, and returns these.
    fn pop_to_mark(&mut self) -> Result<Vec<Item>, Unread> {
        let is_mark = |item: &Item| matches!(item, Item::Mark);
        let mark = self.stack.iter().rposition(is_mark).ok_or_else(misplaced)?;
        let items = self.stack.split_off(mark + 1);
        self.stack.truncate(mark);
        Ok(items)
    }

    fn memoize(&mut self) -> Result<(), Unread> {
        let top = self.stack.last().cloned().ok_or_else(misplaced)?;
        self.memo.push(top);
        Ok(())
    }

    /// Returns the memo's item whose index is in the next `N` bytes.
    fn get<const N: usize>(&mut self) -> Result<Item, Unread> {
        let bytes = self.input.array::<N>()?;
        let index = bytes
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        self.memo.get(index).cloned().ok_or_else(misplaced)
    }

    fn empty_list(&self) -> Item {
        if self.stack.is_empty() {
            Item::Rows
        } else {
            Item::List(Vec::new())
        }
    }

    fn appends(&mut self) -> Result<(), Unread> {
        let items = self.pop_to_mark()?;
        let is_row = |item: &Item| matches!(item, Item::Dict { filled: true });
        match self.stack.last_mut() {
            Some(Item::Rows) if items.iter().all(is_row) => {
                self.listed_rows += items.len() as u64;
                Ok(())
            }
            Some(Item::List(elements)) => items.iter().try_for_each(|item| append(item, elements)),
            _ => Err(misplaced()),
        }
    }

    fn set_items(&mut self) -> Result<Item, Unread> {
        let items = self.pop_to_mark()?;
        if !matches!(self.pop()?, Item::Dict { filled: false }) {
            return Err(misplaced());
        }
        let row = self.keys.rows() + 1;
        let names = items.iter().step_by(2).map(|name| match name {
            Item::Text(name) => name.as_slice(),
            _ => &[],
        });
        if !self.shape.is_named(names) || !items.len().is_multiple_of(2) {
            return Err(Unread::content(format!(
                "row {row} is not a dict with the columns of the manifest"
            )));
        }
        let values: Vec<_> = items
            .iter()
            .skip(1)
            .step_by(2)
            .map(value_bytes)
            .collect::<Result<_, _>>()?;
        self.keys
            .push(self.shape.key.iter().map(|index| *values.get(*index)?))?;
        Ok(Item::Dict { filled: true })
    }

    fn class(&mut self) -> Result<Item, Unread> {
        let (name, module) = (self.pop()?, self.pop()?);
        let (Item::Text(module), Item::Text(name)) = (module, name) else {
            return Err(misplaced());
        };
        let class = CLASSES
            .iter()
            .position(|class| *class == (module.as_slice(), name.as_slice()));
        class
            .map(Item::Class)
            .ok_or_else(|| Unread::content("an object of an unexpected class"))
    }

    fn tuple(&mut self, length: usize) -> Result<Item, Unread> {
        let from = self.stack.len().checked_sub(length).ok_or_else(misplaced)?;
        let mut tuple = Vec::new();
        for part in self.stack.split_off(from) {
            let bytes = value_bytes(&part)?.ok_or_else(misplaced)?;
            tuple.extend_from_slice(&bytes.len().to_le_bytes());
            tuple.extend_from_slice(bytes);
        }
        Ok(Item::Tuple(tuple))
    }

    /// Records a call that Python would make.
    fn reduce(&mut self) -> Result<Item, Unread> {
        let (arguments, class) = (self.pop()?, self.pop()?);
        match (class, arguments) {
            (Item::Class(class), Item::Tuple(arguments)) => Ok(Item::Value(
                [&class.to_le_bytes(), arguments.as_slice()].concat(),
            )),
            _ => Err(misplaced()),
        }
    }

    fn finish(&mut self) -> Result<(), Unread> {
        let whole = matches!(self.stack.as_slice(), [Item::Rows]);
        if !whole || self.listed_rows != self.keys.rows() || !self.input.at_end()? {
            return Err(Unread::content("it is not a single list of its rows"));
        }
        Ok(())
    }
}

/// The bytes of a plain value, `None` for Python's None.
fn value_bytes(item: &Item) -> Result<Option<&[u8]>, Unread> {
    match item {
        Item::Null => Ok(None),
        Item::Text(bytes) | Item::Value(bytes) | Item::List(bytes) => Ok(Some(bytes)),
        Item::Mark | Item::Rows | Item::Dict { .. } | Item::Class(_) | Item::Tuple(_) => {
            Err(misplaced())
        }
    }
}

/// Appends an element, after a byte that says whether it is not None, and its length.
fn append(element: &Item, list: &mut Vec<u8>) -> Result<(), Unread> {
    let bytes = value_bytes(element)?;
    list.push(u8::from(bytes.is_some()));
    let bytes = bytes.unwrap_or_default();
    list.extend_from_slice(&bytes.len().to_le_bytes());
    list.extend_from_slice(bytes);
    Ok(())
}

fn int(value: i128) -> Item {
    kind(b'K', &value.to_le_bytes())
}

fn kind(kind: u8, bytes: &[u8]) -> Item {
    Item::Value([&[kind], bytes].concat())
}

fn misplaced() -> Unread {
    Unread::content("its pickle opcodes don't form a list of dicts")
}
