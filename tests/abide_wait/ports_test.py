#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The condition tcp: of abide-wait. Usage: ports_test.py PATH-OF-ABIDE-WAIT [TEST...]"""

import os
import signal
import socket
import subprocess
import tempfile
import unittest

import network
from harness import BINARY, SLEEPER, STOPPED, WATCHDOG, Run, Test, main, run, wait_until_it_blocks
from terminal import Terminal, own_terminal

SILENT = 199  # a descriptor that nobody else has
OWN_NETWORK = unittest.skipUnless(network.is_permitted(network.enter_own_network),
                                  "may not make a network of its own")
OWN_FILES = unittest.skipUnless(network.is_permitted(network.enter_own_files),
                                "may not mount files of its own, or is in a chroot")


def bound(family=socket.AF_INET, host="127.0.0.1"):
    """A socket whose port refuses connections until it listens, and the port."""
    s = socket.socket(family, socket.SOCK_STREAM)
    s.bind((host, 0))
    return s, s.getsockname()[1]


def is_known(host):
    try:
        return bool(socket.getaddrinfo(host, None, socket.AF_INET))
    except socket.gaierror:
        return False


class Ports(Test):
    def test_port_that_listens_accepts(self):
        s, port = bound()
        s.listen()
        self.expect(run(f"tcp:127.0.0.1:{port}"), 0, f"tcp:127.0.0.1:{port}: accepts")
        s.close()

    @unittest.skipUnless(is_known("localhost"), "this system does not know localhost")
    def test_host_has_a_name(self):
        s, port = bound()
        s.listen()
        self.expect(run(f"tcp:localhost:{port}"), 0, f"tcp:localhost:{port}: accepts")
        s.close()

    @unittest.skipUnless(os.path.exists("/proc/net/if_inet6"), "this system does not speak IPv6")
    def test_address_in_brackets(self):
        s, port = bound(socket.AF_INET6, "::1")
        s.listen()
        self.expect(run(f"tcp:[::1]:{port}"), 0, rf"tcp:\[::1\]:{port}: accepts")
        s.close()

    def test_connection_is_closed_at_once(self):
        s, port = bound()
        s.listen()
        r = Run("--all", f"tcp:127.0.0.1:{port}", "cmd:echo >{news}; read go <{first}")
        r.hear()
        connection, _ = s.accept()
        self.assertEqual(connection.recv(1), b"")
        self.assertIsNone(r.process.poll())
        r.tell("first")
        self.assertEqual(r.end()[0], 0)
        connection.close()
        s.close()

    def test_port_that_refuses_is_tried_until_it_accepts(self):
        s, port = bound()
        terminal = Terminal()
        r = Run(f"tcp:127.0.0.1:{port}", stderr=terminal.slave, env={**os.environ, "TERM": "xterm"},
                preexec_fn=own_terminal)
        terminal.see(lambda lines: "refused" in lines[0], "it is not refused")
        s.listen()
        code, output, _ = r.end()
        self.assertEqual(code, 0)
        self.assertRegex(output, rf"^abide-wait: \d+\.\d+ s: tcp:127.0.0.1:{port}: accepts\n$")
        terminal.close()
        s.close()

    def test_port_that_refuses_is_no_failure(self):
        s, port = bound()
        r = Run("--timeout", "0.3", f"tcp:127.0.0.1:{port}", f"cmd:{SLEEPER}")
        self.expect(r.end(), 124, "timeout", STOPPED)
        self.assertGreaterEqual(r.elapsed, 0.3)
        s.close()

    def test_host_without_an_address_is_a_failure_that_names_it(self):
        # An empty label: no server needs to be asked.
        code, output, errors = run("tcp:nowhere..invalid:80", "cmd:sleep 1000")
        self.assertEqual((code, output), (1, ""))
        self.assertRegex(errors, r"^abide-wait: tcp:nowhere\.\.invalid:80: [^\n]+\n$")


@OWN_NETWORK
class PortsOfAnotherNetwork(Test):
    def test_pauses_between_attempts_double(self):
        # The shell tells how many attempts its network has seen fail.
        script = '"$0" --quiet --timeout 2s tcp:127.0.0.1:9; grep ^Tcp: /proc/net/snmp'
        shell = subprocess.run(["sh", "-c", script, BINARY], preexec_fn=network.enter_own_network,
                               stdout=subprocess.PIPE, text=True, timeout=WATCHDOG, check=True)
        names, values = [line.split() for line in shell.stdout.splitlines()]
        failed = int(dict(zip(names, values))["AttemptFails"])
        # At 0, 20, 60, 140, 300, 620 and 1260 ms; the eighth would be after 2 s.
        self.assertGreaterEqual(failed, 2)
        self.assertLessEqual(failed, 7)

    def test_connection_to_itself_is_none(self):
        def prepare():
            network.enter_own_network()
            with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as ports:
                ports.write("40000 40000")

        result = run("--timeout", "0.2", "tcp:127.0.0.1:40000", preexec_fn=prepare)
        self.expect(result, 124, "timeout")

    @OWN_FILES
    def test_lookup_that_hangs_does_not_keep_a_signal_waiting(self):
        with tempfile.NamedTemporaryFile("w", encoding="ascii") as settings:
            settings.write("nameserver 127.0.0.1\noptions timeout:30 attempts:5\n")
            settings.flush()

            def prepare():
                network.enter_own_network()
                network.enter_own_files()
                network.replace_file("/etc/resolv.conf", settings.name)
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
                    server.bind(("127.0.0.1", 53))
                    os.dup2(server.fileno(), SILENT)  # stays open, and never answers

            for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
                r = Run("tcp:slow.example:80", preexec_fn=prepare, close_fds=False)
                wait_until_it_blocks(r.pid, number)
                r.send(number)
                self.expect(r.end(), code, f"canceled by {signal.Signals(number).name}")
            r = Run("tcp:slow.example:80", "after:0.5", preexec_fn=prepare, close_fds=False)
            self.expect(r.end(), 0, "after:0.5: passed")


if __name__ == "__main__":
    main()
