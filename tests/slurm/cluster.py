"""A SLURM cluster of this one machine, for tests and for a developer, who needs root and Debian's slurm-wlm and munge.

munged, slurmctld and slurmd listen on free ports of the loopback interface and keep all their files in one folder, so
that clusters stand beside each other, and beside a real one.

    python tests/slurm/cluster.py install             gets the packages by apt
    python tests/slurm/cluster.py begin /tmp/cluster    starts it; prints what to set, for `eval`
    python tests/slurm/cluster.py end /tmp/cluster      ends all of it
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
PACKAGES = ("slurm-wlm", "munge")
HOST = socket.gethostname().partition(".")[0]
PATIENCE = 30.0  # seconds in which a daemon begins and ends
CONFIG = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=20
MinJobAge=300
GresTypes=gpu
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=6000 Gres=gpu:1
PartitionName=usual Nodes={host} Default=YES PriorityTier=1 GraceTime=20 MaxTime=UNLIMITED
PartitionName=urgent Nodes={host} PriorityTier=2 PreemptMode=OFF MaxTime=UNLIMITED
"""


class Cluster:
    """The cluster whose files are in `folder`: a node with two processors, and a partition whose jobs go first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.environment = {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def begin(self) -> None:
        """Starts the daemons and waits until the node is idle; raises RuntimeError with the logs where it is not."""
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        self.folder.chmod(0o755)  # munged refuses a folder that others may write
        controller, node = _free_ports(2)
        config = CONFIG.format(host=HOST, folder=self.folder, controller=controller, node=node)
        (self.folder / "slurm.conf").write_text(config)
        (self.folder / "gres.conf").write_text(f"NodeName={HOST} Name=gpu File=/dev/null\n")
        key, socket_file = self.folder / "munge.key", self.folder / "munge.socket"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        own = [f"--{part}-file={self.folder}/munge.{part}" for part in ("key", "pid", "seed", "log")]
        try:
            self._start("munged", "--foreground", "--force", f"--socket={socket_file}", *own)
            _wait_for(socket_file.exists, "munged")
            self._start("slurmctld", "-D", "-i")
            self._start("slurmd", "-D", "-N", HOST)
            _wait_for(lambda: self.says("sinfo", "--noheader", "--format=%t") == "idle", "the node")
        except RuntimeError as error:
            self.end()
            logs = {file.name: file.read_text()[-600:] for file in sorted(self.folder.glob("*.log"))}
            raise RuntimeError(f"{error}: {logs}") from error

    def end(self) -> None:
        """Kills all jobs, and stops the daemons that `begin` has started, and no others."""
        if (self.folder / "slurmctld.process").exists():
            self.says("scancel", "--user=root", "--signal=KILL", "--full")
            self.says("scancel", "--user=root")
            _wait_for(lambda: not self.says("squeue", "--noheader"), "the queue")
        for name in reversed(DAEMONS):
            file = self.folder / f"{name}.process"
            if file.exists():
                _stop(int(file.read_text()))
                file.unlink()

    def says(self, *command: str) -> str:
        """What one of SLURM's commands prints; nothing where it fails."""
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60).stdout.strip()

    def _start(self, name: str, *options: str) -> None:
        """A daemon in a session of its own, whose number is kept for `end`."""
        with (self.folder / f"{name}.begin.log").open("wb") as told:
            process = subprocess.Popen(
                [_path(name) or name, *options],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
        (self.folder / f"{name}.process").write_text(str(process.pid))


def lacking() -> str | None:
    """Why this machine can have no cluster; None: it can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "SLURM's daemons need root"
    missing = [name for name in DAEMONS if _path(name) is None]
    if missing:
        return f"{', '.join(missing)} not installed: python tests/slurm/cluster.py install"
    return None


def install() -> None:
    """Gets the packages by apt where they are missing, without starting their services."""
    if all(map(_path, DAEMONS)):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=True)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], env=environment, check=True
    )


def _path(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def _free_ports(n: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def _wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} is not ready after {PATIENCE:.0f} seconds")
        time.sleep(0.1)


def _stop(process: int) -> None:
    """Ends a process that may be a child of this one or of another."""
    try:
        os.kill(process, signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if os.waitpid(process, os.WNOHANG)[0]:
                    return
            except ChildProcessError:
                os.kill(process, 0)
            time.sleep(0.1)
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    verb = sys.argv[1] if len(sys.argv) > 1 else ""
    if verb == "install":
        install()
    elif verb in ("begin", "end") and len(sys.argv) == 3:
        cluster = Cluster(Path(sys.argv[2]))
        getattr(cluster, verb)()
        if verb == "begin":
            print(f"export SLURM_CONF={cluster.environment['SLURM_CONF']}")
    else:
        sys.exit(__doc__)
