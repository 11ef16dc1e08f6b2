//! `jbcall devices`.

use std::fmt::Write;

use audio::{DeviceInfo, Devices};

use crate::args;
use crate::exit::Exit;
use crate::output;

pub fn run(options: &args::Devices) -> Exit {
    let devices = match audio::devices() {
        Ok(devices) => devices,
        Err(error) => {
            let exit = Exit::of(error.code());
            if options.json {
                // A computer without a sound system has no devices: scripts want to know that.
                output::json_line(&Devices::default());
            }
            eprintln!("error: {error}");
            return exit;
        }
    };
    if options.json {
        output::json_line(&devices);
    } else {
        output::text(&listing(&devices));
    }
    Exit::Ok
}

/// The listing for people; `*` marks the system's default.
fn listing(devices: &Devices) -> String {
    let mut text = String::new();
    section(&mut text, "Microphones (--mic)", &devices.inputs);
    section(&mut text, "Speakers (--speaker)", &devices.outputs);
    text
}

fn section(text: &mut String, title: &str, devices: &[DeviceInfo]) {
    let _ = writeln!(text, "{title}");
    if devices.is_empty() {
        let _ = writeln!(text, "  none");
    }
    for device in devices {
        let mark = if device.default { '*' } else { ' ' };
        let _ = writeln!(text, "{mark} {}", device.name);
        if device.id != device.name {
            let _ = writeln!(text, "    {}", device.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_marked_and_the_id_is_shown_where_it_differs() {
        let device = |id: &str, name: &str, default| DeviceInfo {
            id: id.into(),
            name: name.into(),
            default,
        };
        let devices = Devices {
            inputs: vec![device("hw:1", "USB", true), device("Line", "Line", false)],
            outputs: vec![],
        };
        assert_eq!(
            listing(&devices),
            "Microphones (--mic)\n* USB\n    hw:1\n  Line\nSpeakers (--speaker)\n  none\n"
        );
    }
}
