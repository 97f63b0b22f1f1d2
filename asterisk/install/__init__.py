"""Where the telephone programs come from: the machine's PATH, or a root folder of Debian packages."""

from asterisk.install.installation import Installation, find_installation
from asterisk.install.postgresql import Postgresql, find_postgresql
from asterisk.install.programs import Program, find_program
from asterisk.install.root_folder import PACKAGES, build_root_folder, root_folder_path

__all__ = [
    "PACKAGES",
    "Installation",
    "Postgresql",
    "Program",
    "build_root_folder",
    "find_installation",
    "find_postgresql",
    "find_program",
    "root_folder_path",
]
