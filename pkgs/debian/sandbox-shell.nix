# The sandbox's /bin/sh: the static busybox as a shell and nothing else. Debian builds it so that its shell runs
# busybox' own programs before those on PATH: whatever ninja, make or popen hand to `sh -c` would get another ar, sed
# or tar than the build's. It knows them by a sorted table of names, which are spoilt here in a way that keeps their order.
{ lib, busyboxStatic }:

let
  programs = lib.splitString " " (lib.replaceStrings [ "\n" ] [ " " ] (lib.removeSuffix "\n" ''
    [ [[ acpid adjtimex ar arch arp arping ascii ash awk base64 basename bc blkdiscard blockdev brctl bunzip2
    busybox bzcat bzip2 cal cat chgrp chmod chown chroot chvt clear cmp cp cpio crc32 crond crontab cttyhack cut
    date dc dd deallocvt depmod devmem df diff dirname dmesg dnsdomainname dos2unix dpkg dpkg-deb du dumpkmap
    dumpleases echo ed egrep env expand expr factor fallocate false fatattr fdisk fgrep find findfs fold free
    freeramdisk fsfreeze fstrim ftpget ftpput getfattr getopt getty grep groups gunzip gzip halt head hexdump hostid
    hostname httpd hwclock i2cdetect i2cdump i2cget i2cset i2ctransfer id ifconfig ifdown ifup init insmod install
    ionice ip ipcalc kill killall klogd last less link linux32 linux64 linuxrc ln loadfont loadkmap logger login
    logname logread losetup ls lsmod lsscsi lzcat lzma lzop md5sum mdev microcom mim mkdir mkdosfs mke2fs mkfifo
    mknod mkpasswd mkswap mktemp modinfo modprobe more mount mt mv nameif nbd-client nc netstat nl nologin nproc
    nsenter nslookup nuke od openvt partprobe passwd paste patch pidof ping ping6 pivot_root poweroff printf ps pwd
    rdate readlink realpath reboot renice reset resume rev rm rmdir rmmod route rpm rpm2cpio run-init run-parts sed
    seq setkeycodes setpriv setsid sh sha1sum sha256sum sha3sum sha512sum shred shuf sleep sort ssl_client
    start-stop-daemon stat strings stty su sulogin svc svok swapoff swapon switch_root sync sysctl syslogd tac tail
    tar taskset tc tee telnet telnetd test tftp time timeout top touch tr traceroute traceroute6 true truncate ts
    tty tunctl ubirename udhcpc udhcpc6 udhcpd uevent umount uname uncompress unexpand uniq unix2dos unlink unlzma
    unshare unxz unzip uptime usleep uudecode uuencode vconfig vi w watch watchdog wc wget which who whoami xargs
    xxd xz xzcat yes zcat
  ''));
  changed = name: if lib.elem name [ "busybox" "sh" ] then name else "${lib.substring 0 (lib.stringLength name - 1) name}~";
  table = names: "${lib.concatStringsSep "\\0" names}\\0";
in
derivation (busyboxStatic.drvAttrs // {
  name = "sandbox-shell-${busyboxStatic.version}";
  rules = "${busyboxStatic.drvAttrs.rules}\nbytes\tbin/busybox\t${table programs}\t${table (map changed programs)}\t1";
})
