//! Puts binary packets and their attachments together.

use super::{PacketBody, PacketError};
use bytes::Bytes;

/// A packet of our namespace with all its attachments.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembled {
    /// What it says, with placeholders where the attachments belong.
    pub body: PacketBody,
    /// Its attachments, in order.
    pub attachments: Vec<Bytes>,
    /// Whether the packet belongs to another namespace than ours.
    pub foreign: bool,
}

/// Waits for the attachments of at most one packet at a time, as the protocol has it.
#[derive(Debug)]
pub struct Assembler {
    waiting: Option<(Assembled, usize)>,
    /// Bytes that the attachments of the waiting packet may still have.
    left: usize,
    limit: usize,
}

impl Assembler {
    /// An assembler for packets whose attachments have together at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            waiting: None,
            left: limit,
            limit,
        }
    }

    /// Takes the next text packet; `None` when its attachments are still to come.
    ///
    /// # Errors
    /// [`PacketError::OutOfStep`] when attachments of an earlier packet are missing.
    pub fn text(
        &mut self,
        body: PacketBody,
        foreign: bool,
    ) -> Result<Option<Assembled>, PacketError> {
        if self.waiting.is_some() {
            return Err(PacketError::OutOfStep);
        }
        let missing = match &body {
            PacketBody::Event { attachments, .. } | PacketBody::Ack { attachments, .. } => {
                *attachments
            }
            _ => 0,
        };
        let packet = Assembled {
            body,
            attachments: Vec::new(),
            foreign,
        };
        if missing == 0 {
            return Ok(Some(packet));
        }
        self.waiting = Some((packet, missing));
        self.left = self.limit;
        Ok(None)
    }

    /// Takes the next binary frame; `None` when more are to come.
    ///
    /// # Errors
    /// [`PacketError::OutOfStep`] when none was announced, [`PacketError::Attachments`] when they
    /// have too many bytes.
    pub fn binary(&mut self, bytes: Bytes) -> Result<Option<Assembled>, PacketError> {
        let (mut packet, missing) = self.waiting.take().ok_or(PacketError::OutOfStep)?;
        self.left = self
            .left
            .checked_sub(bytes.len())
            .ok_or(PacketError::Attachments)?;
        packet.attachments.push(bytes);
        if missing == 1 {
            return Ok(Some(packet));
        }
        self.waiting = Some((packet, missing - 1));
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;

    #[test]
    fn waits_for_all_attachments() {
        let mut assembler = Assembler::new(100);
        let body = decode(r#"52-["a"]"#).unwrap().body;
        assert_eq!(assembler.text(body.clone(), false), Ok(None));
        assert_eq!(assembler.binary(Bytes::from("1")), Ok(None));
        let packet = assembler.binary(Bytes::from("2")).unwrap().unwrap();
        assert_eq!(packet.body, body);
        assert_eq!(packet.attachments, ["1", "2"]);
        assert_eq!(
            assembler.binary(Bytes::from("3")),
            Err(PacketError::OutOfStep)
        );
    }

    #[test]
    fn refuses_text_where_an_attachment_is_due() {
        let mut assembler = Assembler::new(100);
        let binary = decode(r#"51-["a"]"#).unwrap().body;
        let plain = decode(r#"2["a"]"#).unwrap().body;
        assert_eq!(assembler.text(binary, false), Ok(None));
        assert_eq!(assembler.text(plain, false), Err(PacketError::OutOfStep));
    }

    #[test]
    fn refuses_attachments_above_the_limit() {
        let mut assembler = Assembler::new(5);
        let body = decode(r#"52-["a"]"#).unwrap().body;
        assert_eq!(assembler.text(body, false), Ok(None));
        assert_eq!(assembler.binary(Bytes::from("123")), Ok(None));
        assert_eq!(
            assembler.binary(Bytes::from("456")),
            Err(PacketError::Attachments)
        );
    }

    #[test]
    fn a_binary_packet_may_have_no_attachments() {
        let mut assembler = Assembler::new(100);
        let body = decode(r#"50-["a"]"#).unwrap().body;
        assert!(assembler.text(body, false).unwrap().is_some());
    }
}
