# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The kernel image and the archives of the initramfs that the virtual machine boots. Sourced by run. Everything is cached by content under $cache; a
# function named cached_X prints the path of X and makes it when it is missing.
#
#   cached_vmlinux   the kernel, unpacked: TCG needs 4 s to unpack it itself
#   cached_base      shell, auditd and tools, with the files of guest/
#   cached_modules   the kernel's modules that tests need
#   cached_ko        kpatch/audit_netlog.ko for this kernel
#
# For a kernel of another architecture sysroot is where its programs and libraries are
# (tests/arm64/sysroot), otherwise it is empty.
#
# shellcheck disable=SC2034,SC2154 # here, top, cache, kdir, kver, sysroot are set by run

BASE_PROGRAMS=(bash auditd auditctl ausearch aureport ip ss tc nft)
BASE_MODULES=(virtio_pci virtio_console dummy veth bridge vxlan sch_netem
	inet_diag tcp_diag udp_diag raw_diag unix_diag mptcp_diag
	sctp sctp_diag dccp_ipv4 dccp_ipv6 dccp_diag
	nf_tables nft_ct nft_reject_inet nft_limit nft_nat nft_masq nft_redir
	nft_chain_nat
	geneve wireguard nvme_tcp smc)

# The usual directories, so that no archive replaces a link by a directory.
root_skeleton() {
	mkdir -p "$1"/usr/{bin,sbin,lib,lib64}
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$1"
}

pack() { # DIR FILE
	(cd "$1" && find . -print0 | LC_ALL=C sort -z |
		cpio --quiet -0 -o -H newc --owner=0:0) >"$2"
}

is_elf() { [ "$(head -c 4 "$1" | tr -d '\0')" = $'\x7fELF' ]; }

# Does the same for another architecture, whose programs ldd cannot start.
copy_foreign_libs() { # PROGRAM ROOT [BASEROOT]
	local name lib

	for name in $(readelf -d "$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p') ld-linux-aarch64.so.1; do
		lib=$(find "$sysroot"/{usr/,}lib/aarch64-linux-gnu "$sysroot/lib" -maxdepth 1 -name "$name" 2>/dev/null | head -n 1)
		[ -n "$lib" ] || continue
		case $name in ld-*) name=/usr/lib/$name ;; *) name=/usr/lib/aarch64-linux-gnu/$name ;; esac
		if [ -e "$2$name" ] || [ -e "${3:-/none}$name" ]; then continue; fi
		install -D -m 755 "$(readlink -f "$lib")" "$2$name"
		copy_foreign_libs "$lib" "$2" "${3:-}"
	done
}

# The shared libraries of a program, at the paths where it looks for them.
# The machine has those in BASEROOT, if given, already.
copy_libs() { # PROGRAM ROOT [BASEROOT]
	local lib

	is_elf "$1" || return 0
	if [ -n "$sysroot" ]; then copy_foreign_libs "$@"; return; fi
	for lib in $(ldd "$1" 2>/dev/null | grep -o '/[^ ]*'); do
		if [ -e "$2$lib" ]; then continue; fi
		if [ -n "${3:-}" ] && cmp -s "$lib" "$3$lib"; then continue; fi
		install -D -m 755 "$lib" "$2$lib"
	done
}

copy_program() { # NAME ROOT
	local path

	path=$(PATH=$sysroot/usr/sbin:$sysroot/usr/bin:$sysroot/sbin:$sysroot/bin command -v "$1") ||
		broken "$1 is missing here: install the packages in tests/vm/packages"
	install -D -m 755 "$(readlink -f "$path")" "$2${path#"$sysroot"}"
	copy_libs "$path" "$2"
}

# Links to busybox for all but what is there for real.
link_applets() { # ROOT
	local applet name

	install -m 755 "$(PATH=$sysroot/usr/bin:$sysroot/bin command -v busybox)" "$1/usr/bin/busybox"
	busybox --list-full | while read -r applet; do
		name=${applet##*/}
		if [ -e "$1/usr/bin/$name" ] || [ -e "$1/usr/sbin/$name" ]; then
			continue
		fi
		ln -sf /usr/bin/busybox "$1/$applet"
	done
	ln -s /usr/bin/busybox "$1/init"
}

make_base() { # DIR
	local program

	root_skeleton "$1/root"
	mkdir -p "$1"/root/{proc,sys,dev,run,tmp,root,test,home/user,mnt} \
		"$1"/root/var/log "$1"/root/usr/local/{bin,sbin}
	ln -s ../run "$1/root/var/run"
	for program in "${BASE_PROGRAMS[@]}"; do
		copy_program "$program" "$1/root"
	done
	link_applets "$1/root"
	cp -r "$here/guest/." "$1/root/"
	chmod -R go-w "$1/root/etc" "$1/root/usr"
	chmod 750 "$1/root/etc/audit"
	pack "$1/root" "$1/base.cpio"
}

# One kernel module, unpacked: busybox's modprobe then needs no decompressor.
copy_module() { # FILE DIR
	local rel=${1#*/modules/"$kver"/}

	mkdir -p "$2/${rel%/*}"
	case $1 in
	*.xz)	xz -dc "$1" >"$2/${rel%.xz}" ;;
	*.zst)	zstd -qdc "$1" >"$2/${rel%.zst}" ;;
	*)	cp "$1" "$2/$rel" ;;
	esac
}

# modprobe knows the closure; a module that this kernel lacks is left out.
make_modules() { # DIR MODULE...
	local dir=$1 dest=$1/root/usr/lib/modules/$kver name file

	shift
	root_skeleton "$dir/root"
	mkdir -p "$dest"
	cp "$kdir"/modules/modules.{builtin,builtin.modinfo,order} "$dest"
	for name; do
		modprobe -d "$kdir/root" -S "$kver" -D "$name" 2>/dev/null || true
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | while read -r file; do
		copy_module "$file" "$dest"
	done
	depmod -b "$dir/root" "$kver"
	rm -f "$dest"/modules.*.bin
	pack "$dir/root" "$dir/modules.cpio"
}

# The header of a bzImage has the position of the packed vmlinux
# (Documentation/arch/x86/boot.rst: setup_sects, payload_offset, _length);
# the last four bytes of the payload are its unpacked size.
unpack_kernel() { # BZIMAGE
	local sects offset length

	sects=$(number_at "$1" $((0x1f1)) 1)
	offset=$(number_at "$1" $((0x248)) 4)
	length=$(number_at "$1" $((0x24c)) 4)
	tail -c +$(((sects + 1) * 512 + offset + 1)) "$1" |
		head -c $((length - 4)) >"$2.packed"
	case $(number_at "$2.packed" 0 2) in
	14333)	xz -dc "$2.packed" ;;	# fd 37
	46376)	zstd -qdc "$2.packed" ;; # 28 b5
	35615)	gzip -dc "$2.packed" ;;	# 1f 8b
	*)	return 1 ;;
	esac >"$2"
	rm "$2.packed"
}

number_at() { od -An -v -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# QEMU boots an ELF kernel that has a PVH entry; any other stays a bzImage.
make_vmlinux() { # DIR
	if ! unpack_kernel "$kdir/vmlinuz" "$1/vmlinux" 2>/dev/null ||
	   ! is_elf "$1/vmlinux"; then
		cp "$kdir/vmlinuz" "$1/vmlinux"
	fi
}

# The module, built outside the source tree.
make_ko() { # DIR
	cp -r "$top/kpatch" "$1/src"
	cp "$top/VERSION" "$1/src/"
	find "$1/src" \( -name '*.o' -o -name '*.ko' -o -name '*.mod*' -o \
		-name '.*.cmd' -o -name Module.symvers \) -delete
	make -C "$1/src" KDIR="$kdir/build" >"$1/log" 2>&1 ||
		{ cat "$1/log" >&2; broken "kpatch/ does not build for $kver"; }
	cp "$1/src/audit_netlog.ko" "$1/" || broken "kpatch/ made no audit_netlog.ko"
}

# cached NAME KEYTEXT FILE FUNCTION ARGS...: the path of FILE in an entry that
# FUNCTION fills. An entry is complete or absent.
cached() {
	local entry key

	key=$(printf '%s\n' "$2" | sha256sum)
	entry=$cache/$1-${key:0:16}
	if [ ! -d "$entry" ]; then
		rm -rf "$entry.new"
		mkdir -p "$entry.new"
		"$4" "$entry.new" "${@:5}"
		find "$cache" -maxdepth 1 -name "${1%-*}-*" -mtime +7 -exec rm -rf {} +
		mv "$entry.new" "$entry"
	fi
	touch "$entry"
	echo "$entry/$3"
}

tree_key() { # DIR...
	find "$@" -type f ! -name '*.o' ! -name '*.ko' ! -name '*.mod*' \
		! -name '*.cmd' ! -name Module.symvers -print0 |
		LC_ALL=C sort -z | xargs -0 sha256sum
}

host_key() { dpkg-query -W -f '${Package} ${Version}\n' libc6 bash auditd iproute2 \
	nftables busybox-static 2>/dev/null; }

cached_base() {
	cached base "$sysroot $(host_key; cat "$here/image.sh"; tree_key "$here/guest")" \
		base.cpio make_base
}

cached_modules() { # MODULE...
	cached "modules-$kver" "$kdir $(cat "$here/image.sh") $*" modules.cpio \
		make_modules "$@"
}

cached_vmlinux() {
	cached "vmlinux-$kver" "$(sha256sum "$kdir/vmlinuz")" vmlinux make_vmlinux
}

cached_ko() {
	cached "ko-$kver" "$kdir $(cd "$top" && tree_key VERSION kpatch/[!b]*)" audit_netlog.ko make_ko
}
