// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smc: marks by socket cookie. The kernel has no header of struct smc_sock for
 * modules, so its memory is searched for the pointer to its TCP socket.
 */
#include "smc.h"

#include <linux/sock_diag.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include "compat.h"

static DEFINE_XARRAY_FLAGS(marks, XA_FLAGS_LOCK_IRQ);	/* cookie: inode number */

/* Returns the sock of a pointer to a struct socket, NULL for any other value. */
static struct sock *sock_of(const struct socket *sock)
{
	struct socket *back;
	struct sock *sk;

	if (copy_from_kernel_nofault(&sk, &sock->sk, sizeof(sk)) || !sk ||
	    copy_from_kernel_nofault(&back, &sk->sk_socket, sizeof(back)) || back != sock)
		return NULL;
	return sk->sk_protocol == IPPROTO_TCP ? sk : NULL;
}

struct socket *smc_mark(const struct sock *smc, struct socket *owner)
{
	struct socket * const *words = (void *)smc;
	unsigned int i, n = smc->sk_prot->obj_size / sizeof(*words);
	struct sock *sk = NULL;
	unsigned long flags;
	u32 halves[2];
	void *old;

	for (i = sizeof(*smc) / sizeof(*words); i < n && !sk; i++)
		if (words[i])
			sk = sock_of(words[i]);
	if (!sk)
		return NULL;
	sock_diag_save_cookie(sk, halves);
	xa_lock_irqsave(&marks, flags);
	old = __xa_store(&marks, (u64)halves[1] << 32 | halves[0],
			 xa_mk_value(SOCK_INODE(owner)->i_ino), GFP_ATOMIC | __GFP_NOWARN);
	xa_unlock_irqrestore(&marks, flags);
	return xa_is_err(old) ? NULL : words[i - 1];
}

u64 smc_ino(const struct sock *sk)
{
	u64 cookie = xa_empty(&marks) ? 0 : atomic64_read(&sk->sk_cookie);
	void *ino = cookie ? xa_load(&marks, cookie) : NULL;

	return ino ? xa_to_value(ino) : 0;
}

void smc_unmark(const struct sock *sk)
{
	unsigned long flags;

	if (!smc_ino(sk))
		return;
	xa_lock_irqsave(&marks, flags);
	__xa_erase(&marks, atomic64_read(&sk->sk_cookie));
	xa_unlock_irqrestore(&marks, flags);
}

void smc_fini(void)
{
	xa_destroy(&marks);
}
