/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: the unloading of the module, beside which BPF is silent. */
#ifndef NETLOG_BPF_UNLOAD_H
#define NETLOG_BPF_UNLOAD_H

/* Two words: "audit_netlog" with its NUL. */
static __always_inline bool is_module(const void *name)
{
	struct { __u64 first; __u32 second; __u32 end; } text = {};

	return bpf_probe_read_user_str(&text, sizeof(text), name) == 13 &&
	       text.first == 0x656e5f7469647561ULL && text.second == 0x676f6c74;
}

/* From here on both report until the module's probes are removed: there is no gap. */
SEC("fentry/__x64_sys_delete_module")
int on_delete_module(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	__u64 name = 0;

	if (!can_read || !shared.silent)
		return 0;
	bpf_probe_read_kernel(&name, sizeof(name), &regs->di);
	if (is_module((void *)name)) {
		shared.silent = 0;
		__sync_fetch_and_add(&shared.woken, 1);
	}
	return 0;
}

#endif
