// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/doctor/check: the texts of a finding. */
#include "plugin/doctor/check.h"

#include <stdarg.h>
#include <stdio.h>

void found(struct doctor_finding *f, enum doctor_level level, const char *format, ...)
{
	va_list ap;

	f->level = level;
	va_start(ap, format);
	vsnprintf(f->found, sizeof(f->found), format, ap);
	va_end(ap);
}

void because(struct doctor_finding *f, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(f->why, sizeof(f->why), format, ap);
	va_end(ap);
}

void mend(struct doctor_finding *f, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(f->fix, sizeof(f->fix), format, ap);
	va_end(ap);
}
