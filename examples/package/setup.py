"""A package whose BPF programs are compiled when it is built: `pip wheel .` needs nothing but ebpfcc, and who installs the wheel no compiler."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

import ebpfcc


class BuildPrograms(build_py):
    """build_py, with an object beside each NAME.bpf.c of the packages."""

    def run(self) -> None:
        super().run()
        for package in self.packages or ():
            source_folder = Path(self.get_package_dir(package))
            for source in sorted(source_folder.glob("*.bpf.c")):
                result = ebpfcc.compile(source, flags="-O2 -g -Wall", raise_on_error=True)
                for message in result.diagnostics:
                    print(message)
                result.write(Path(self.build_lib, *package.split("."), source.name.removesuffix(".c") + ".o"))


setup(packages=["traffic"], cmdclass={"build_py": BuildPrograms})
