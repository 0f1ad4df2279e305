#!/bin/sh
# What tests/support/booted_systemd.cc runs as root, in a mount namespace of its own.
#
#   booted_systemd.sh probe WORK         fails, saying why, where a machine cannot be had
#   booted_systemd.sh boot WORK NAME BUILD
#       builds a small Debian in memory, installs BUILD in it, adds the files below WORK/files, and
#       becomes a container with systemd as PID 1; its PID as the host sees it goes to WORK/pid
#   booted_systemd.sh sweep WORK NAME    removes the machine's cgroups, and those of dead tests
#
# The machine shares nothing that can be written with the host: it has the host's /usr read-only,
# a copy of its /etc without what concerns systemd, of /dev the harmless devices, and a /proc/sys that
# is read-only but for the network's. Host name, IPC, network and cgroups are its own.
set -eu

# Where the cgroup of this process is, in a mount of our own: nobody knows where the host has it.
mount_own_cgroup() {
  mkdir -p "$1/cgroup"
  mount -t cgroup2 cgroup2 "$1/cgroup"
  own=$(sed -n 's/^0:://p' /proc/self/cgroup)
  parent=$1/cgroup${own%/}
  [ -d "$parent" ] || {
    echo "this process has no cgroup that can be seen" >&2
    exit 1
  }
}

probe() {
  mount_own_cgroup "$1"
  mkdir "$parent/logq-boot-$$"
  rmdir "$parent/logq-boot-$$"
  exec unshare --pid --fork --kill-child --mount --uts --ipc --net --cgroup sh -ec "
    mount -t proc proc /proc
    mount -t sysfs -o ro sysfs /sys
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    mount -t devpts -o newinstance devpts /dev/pts
    mount -t tmpfs tmpfs /run
    exec setpriv --bounding-set=-sys_boot true"
}

boot() {
  mount_own_cgroup "$1"
  mkdir "$parent/$2"
  echo $$ >"$parent/$2/cgroup.procs"
  # Units that say nothing of it are as nice as their service manager.
  renice -n 0 -p $$ >/dev/null
  exec unshare --pid --fork --kill-child --mount --uts --ipc --net --cgroup sh "$0" init "$1" "$3"
}

init() {
  read -r pid _ </proc/self/stat # /proc is still the host's
  mkdir "$1/root"
  mount -t tmpfs -o mode=755 booted "$1/root"
  build_tree "$1/root"
  # One at a time: cmake writes its list of files into the build directory.
  DESTDIR=$1/root flock "$2/install.lock" \
    cmake --install "$2" --prefix /usr/local --component runtime >/dev/null
  cp -a "$1/files/." "$1/root"
  cd "$1/root"
  mount_kernel_trees
  hostname booted
  echo "$pid" >"$1/pid.new"
  mv "$1/pid.new" "$1/pid"
  pivot_root . mnt
  umount -l /mnt
  exec env -i container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    setpriv --bounding-set=-sys_boot,-sys_module,-sys_rawio,-sys_time \
    /lib/systemd/systemd --system --unit=basic.target --log-target=journal --log-level=info \
    --show-status=false </dev/null >/dev/null 2>&1
}

build_tree() {
  cd "$1"
  mkdir dev etc mnt opt proc root run sys tmp usr var
  mkdir -p var/lib var/log/journal var/tmp
  chmod 1777 tmp var/tmp
  mount -o bind,ro /usr usr
  mount -t tmpfs -o mode=755 booted usr/local
  for name in bin sbin lib lib32 lib64 libx32; do
    if [ -h "/$name" ]; then cp -P "/$name" "$name"; fi
  done
  tar -C /etc --one-file-system --exclude=./systemd --exclude=./fstab --exclude=./machine-id \
    --exclude=./mtab --exclude=./hostname -cf - . | tar -C etc -xf -
  mkdir -p etc/systemd/system etc/systemd/system.conf.d etc/systemd/user.conf.d
  # The leak checker of a build with AddressSanitizer does not work in the sandboxes of units.
  for scope in system user; do
    printf '[Manager]\nDefaultEnvironment=ASAN_OPTIONS=detect_leaks=0\n' \
      >"etc/systemd/$scope.conf.d/sanitizer.conf"
  done
  : >etc/fstab
  echo booted >etc/hostname
  echo b0000000000040008000000000000001 >etc/machine-id
}

# In the directory that will be the root.
mount_kernel_trees() {
  mount -t proc proc proc
  mount --bind proc/sys proc/sys
  mount -o remount,bind,ro proc/sys
  mount --bind proc/sys/net proc/sys/net
  mount -o remount,bind,rw proc/sys/net
  mount -t sysfs -o ro sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  mount -t tmpfs -o mode=755 run run
  mount -t tmpfs -o mode=1777 tmp tmp
  mount -t tmpfs -o mode=755 dev dev
  for name in null zero full random urandom; do
    : >"dev/$name"
    mount --bind "/dev/$name" "dev/$name"
  done
  mkdir dev/shm dev/pts
  mount -t tmpfs -o mode=1777 shm dev/shm
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
}

sweep() {
  mount_own_cgroup "$1"
  for cgroup in "$parent"/logq-boot-*; do
    name=${cgroup##*/}
    tester=${name#logq-boot-}
    tester=${tester%%-*}
    if [ "$name" = "$2" ] || ! [ -d "/proc/$tester" ]; then
      find "$cgroup" -depth -type d -exec rmdir {} + || true
    fi
  done
  ! [ -d "$parent/$2" ]
}

action=$1
shift
"$action" "$@"
