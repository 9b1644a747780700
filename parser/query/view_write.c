// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/view_write: standard output, for all views. */
#include <errno.h>

#include "parser/query/view.h"

void view_write(struct view *v, const char *text, size_t len)
{
	if (v->write_error || fwrite(text, 1, len, stdout) == len)
		return;
	v->write_error = errno;
	v->done = true;
}
