//! RTCP: sender reports, receiver reports, and what the router says in its own (RFC 3550).

use std::time::Instant;

use bytes::Bytes;
use rtc::rtcp;
use rtcp::receiver_report::ReceiverReport;
use rtcp::sender_report::SenderReport;
use rtcp::source_description::{
    SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem,
};

use super::State;
use super::outgoing::middle;

/// What fits into the five bits of a report's count.
const MAX_REPORTS: usize = 31;

impl State {
    pub(super) fn read_reports(&mut self, now: Instant, packets: &[Box<dyn rtcp::Packet>]) {
        for packet in packets {
            let packet = packet.as_any();
            if let Some(report) = packet.downcast_ref::<SenderReport>() {
                let middle = middle(report.ntp_time);
                self.incoming.sender_report(now, report.ssrc, middle);
                self.read_receptions(now, &report.reports);
            } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
                self.read_receptions(now, &report.reports);
            }
        }
    }

    fn read_receptions(
        &mut self,
        now: Instant,
        reports: &[rtcp::reception_report::ReceptionReport],
    ) {
        for report in reports {
            self.outgoing.read_report(now, report);
        }
    }

    /// One compound packet about everything that happened since the last.
    pub(super) fn write_reports(&mut self, now: Instant) -> Vec<Box<dyn rtcp::Packet>> {
        let ntp = self.clock.ntp(now);
        let mut packets: Vec<Box<dyn rtcp::Packet>> = Vec::new();
        let mut sources = Vec::new();
        for (ssrc, rtp_time, packet_count, octet_count) in self.outgoing.take_news(now, ntp) {
            sources.push(ssrc);
            packets.push(Box::new(SenderReport {
                ssrc,
                ntp_time: ntp,
                rtp_time,
                packet_count,
                octet_count,
                ..SenderReport::default()
            }));
        }
        let receptions = self.incoming.take_reports(now);
        if !receptions.is_empty() {
            sources.push(self.reporter);
        }
        for some in receptions.chunks(MAX_REPORTS) {
            packets.push(Box::new(ReceiverReport {
                ssrc: self.reporter,
                reports: some.to_vec(),
                profile_extensions: Bytes::new(),
            }));
        }
        packets.push(Box::new(SourceDescription {
            chunks: sources
                .into_iter()
                .take(MAX_REPORTS)
                .map(|source| SourceDescriptionChunk {
                    source,
                    items: vec![SourceDescriptionItem {
                        sdes_type: SdesType::SdesCname,
                        text: Bytes::copy_from_slice(self.cname.as_bytes()),
                    }],
                })
                .collect(),
        }));
        packets
    }
}
