//! Filesystems that a test mounts for itself, which requires root.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted filesystem, unmounted when it is dropped.
pub struct Mount {
    folder: PathBuf,
}

impl Mount {
    /// A tmpfs mounted at the new folder `at`.
    pub fn tmpfs(at: &Path, options: &str) -> Option<Self> {
        let options = format!("mode=0755,{options}");
        Self::new(at, &["-t", "tmpfs", "-o", &options, "tmpfs"])
    }

    /// An ext4 filesystem of 16 MiB in the file `image`, mounted at the new folder `at`.
    pub fn ext4(at: &Path, image: &Path) -> Option<Self> {
        let file = std::fs::File::create_new(image).expect("a new image");
        file.set_len(16 << 20).expect("a sparse file");
        let mut mkfs = Command::new("/sbin/mkfs.ext4");
        if let Err(why) = ran(mkfs.arg("-q").arg(image)) {
            return not_tested(at, &why);
        }
        let image = image.to_str().expect("UTF-8");
        Self::new(at, &["-t", "ext4", "-o", "loop", image])
    }

    /// An overlay of `lower` mounted at the new folder `at`. Changes are written to a folder next to it.
    pub fn overlay(at: &Path, lower: &Path) -> Option<Self> {
        let [upper, work] = ["upper", "work"].map(|name| at.with_extension(name));
        for folder in [&upper, &work] {
            std::fs::create_dir(folder).expect("a new folder");
        }
        let [lower, upper, work] = [lower, &upper, &work].map(|path| path.display());
        let options = format!("lowerdir={lower},upperdir={upper},workdir={work}");
        Self::new(at, &["-t", "overlay", "-o", &options, "overlay"])
    }

    /// Remounts it with other options.
    pub fn again(&self, options: &str) {
        let mut mount = Command::new("mount");
        let options = format!("remount,{options}");
        ran(mount.args(["-o", &options]).arg(&self.folder)).expect("it can be remounted");
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn new(at: &Path, args: &[&str]) -> Option<Self> {
        std::fs::create_dir(at).expect("a new folder");
        match ran(Command::new("mount").args(args).arg(at)) {
            Ok(()) => Some(Self {
                folder: at.to_owned(),
            }),
            Err(why) => not_tested(at, &why),
        }
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A panic during a panic would hide the first one.
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}

fn ran(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(cause) => Err(cause.to_string()),
    }
}

/// Printed even though a test's output is captured: a test that checks nothing must not look as if it had passed.
fn not_tested(at: &Path, why: &str) -> Option<Mount> {
    let test = std::thread::current().name().unwrap_or("?").to_owned();
    let at = at.file_name().unwrap_or_default().display();
    super::tell(&format!(
        "NOT TESTED by {test}: {at} can't be mounted (this requires root): {why}"
    ));
    None
}
