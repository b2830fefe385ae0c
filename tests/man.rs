//! Manual pages and completion scripts.

use crate::harness::{Case, System};
use std::process::Command;

#[test]
fn every_command_has_a_manual_page_with_its_flags() {
    let case = Case::on(System::Sqlite);
    let page = |args: &[&str]| case.command().arg("man").args(args).succeeds().stdout;
    let pages = page(&[]);
    assert!(pages.contains(".TH firstseen 1 "), "{pages}");
    let commands = [
        "run",
        "plan",
        "hold",
        "stage",
        "finish",
        "publish",
        "discard",
        "verify",
        "generate",
        "completions",
        "man",
        "schema",
    ];
    for command in commands {
        assert!(
            pages.contains(&format!("firstseen\\-{command}(1)")),
            "{pages}"
        );
        let page = page(&[command]);
        assert!(
            page.contains(&format!(".TH firstseen-{command} 1 ")),
            "{page}"
        );
        let help = case.command().args([command, "-h"]).succeeds().stdout;
        for flag in flags(&help) {
            assert!(
                page.contains(&flag.replace('-', "\\-")),
                "{command} {flag}\n{page}"
            );
        }
    }
    assert_eq!(pages.matches("(1)\n").count(), commands.len(), "{pages}");
}

/// The long flags of a help text, at the beginnings of its lines.
fn flags(help: &str) -> Vec<&str> {
    let lines = help
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('-'));
    let flags: Vec<_> = lines
        .filter_map(|line| {
            line.split([' ', '[', '=', '.'])
                .find(|word| word.starts_with("--"))
        })
        .collect();
    assert!(flags.contains(&"--help"), "{flags:?}");
    flags
}

#[test]
fn a_manual_page_of_no_command_is_refused_with_the_commands() {
    let case = Case::on(System::Sqlite);
    case.command()
        .args(["man", "rnu"])
        .fails_with(2)
        .says("there is no command rnu")
        .says("run, plan, hold");
}

#[test]
fn bash_takes_the_completion_script() {
    let case = Case::on(System::Sqlite);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = case
            .command()
            .args(["completions", shell])
            .succeeds()
            .stdout;
        assert!(script.contains("batch-rows"), "{shell}");
        case.write(shell, script);
    }
    let complete = "source ./bash && COMP_WORDS=(firstseen run --batch) && COMP_CWORD=2 && \
                    _firstseen firstseen --batch run && echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["-c", complete])
        .current_dir(case.folder())
        .output()
        .expect("bash runs");
    let completed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(completed.trim(), "--batch-rows", "{output:?}");
}
