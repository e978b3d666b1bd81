//! A PostgreSQL server of its own, on a free port of this machine, with its data in a temporary folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

use crate::workspace;

/// A running server; stopped, and its data removed, when dropped.
pub(crate) struct Postgres {
    programs: Programs,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts a server, and installs it first where that is possible and needed.
    ///
    /// # Errors
    ///
    /// What is missing, or what did not start.
    pub(crate) fn start() -> Result<Self, String> {
        let programs = Programs::find_or_install()?;
        let folder = env::temp_dir().join(format!("rdddy-postgres-{}", std::process::id()));
        let failed = |what: &str, error: io::Error| format!("PostgreSQL: {what}: {error}");
        fs::create_dir_all(&folder).map_err(|error| failed("its folder", error))?;
        if let Some(user) = &programs.user {
            workspace::run(Command::new("chown").arg(user).arg(&folder))?;
        }
        // Free now; whoever takes it in between makes the start fail, with a message.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.map_err(|error| failed("a free port", error))?.port();
        let server = Postgres { programs, folder, port };
        let data = server.folder.join("data");
        let mut create = server.programs.command("initdb");
        create.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]);
        workspace::run(create.arg("--pgdata").arg(&data).current_dir(&server.folder))?;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c max_connections=300 \
             -c unix_socket_directories={}",
            server.folder.display()
        );
        let mut start = server.control("start");
        start.arg("--log").arg(server.folder.join("log")).args(["--options", &options]);
        let status = start.stdout(Stdio::null()).status();
        match status {
            Ok(status) if status.success() => Ok(server),
            failed => {
                let log = fs::read_to_string(server.folder.join("log")).unwrap_or_default();
                Err(format!("PostgreSQL did not start ({failed:?}):\n{log}"))
            }
        }
    }

    /// The address of its superuser, without a database.
    pub(crate) fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// The command that crashes it and starts it again, its words separated by tabs.
    pub(crate) fn restart(&self) -> String {
        let mut restart = self.control("restart");
        restart.args(["--mode", "immediate", "--log"]).arg(self.folder.join("log"));
        let words = std::iter::once(restart.get_program()).chain(restart.get_args());
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        words.join("\t")
    }

    fn control(&self, what: &str) -> Command {
        let mut control = self.programs.command("pg_ctl");
        control.args([what, "--wait", "--pgdata"]).arg(self.folder.join("data"));
        control.current_dir(&self.folder);
        control
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.control("stop");
        let _ = stop.args(["--mode", "immediate"]).stdout(Stdio::null()).status();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where the server's programs are, and who may run them.
struct Programs {
    folder: PathBuf,
    /// The server refuses to run as root.
    user: Option<String>,
}

impl Programs {
    fn find_or_install() -> Result<Self, String> {
        let root = user_id(None)? == "0";
        let folder = match find() {
            Some(folder) => folder,
            None if root => {
                let mut install = Command::new("apt-get");
                install.args(["install", "--yes", "--no-install-recommends", "postgresql"]);
                let installed = workspace::run(install.env("DEBIAN_FRONTEND", "noninteractive"));
                installed.map_err(|error| format!("{MISSING}\n{error}"))?;
                find().ok_or_else(|| MISSING.to_owned())?
            }
            None => return Err(MISSING.to_owned()),
        };
        let users = ["postgres", "nobody"].into_iter();
        let mut known = users.filter(|user| user_id(Some(user)).is_ok());
        let user =
            if root { Some(known.next().ok_or("no user to run PostgreSQL as")?) } else { None };
        Ok(Programs { folder, user: user.map(str::to_owned) })
    }

    fn command(&self, program: &str) -> Command {
        let program = self.folder.join(program);
        match &self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(program);
                command
            }
        }
    }
}

const MISSING: &str = "the tests of the PostgreSQL store need its server programs (initdb, pg_ctl), \
     version 15 or later: install the package `postgresql`, or put them on the PATH";

fn find() -> Option<PathBuf> {
    let configured = workspace::output(Command::new("pg_config").arg("--bindir"));
    let configured = configured.ok().map(|folder| PathBuf::from(folder.trim()));
    let mut packaged: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    packaged.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&path).collect();
    let all = configured.into_iter().chain(packaged.into_iter().rev()).chain(on_path);
    let mut complete = all.filter(|folder| has_programs(folder));
    complete.next()
}

fn has_programs(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).is_file())
}

fn user_id(user: Option<&str>) -> Result<String, String> {
    let mut id = Command::new("id");
    id.arg("-u").args(user).stderr(Stdio::null());
    workspace::output(&mut id).map(|id| id.trim().to_owned())
}
