// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/packed: zstd frames. */
#include "parser/query/packed.h"

#include <stdlib.h>
#include <zstd.h>

void *packed_new(const void *data, size_t len, size_t *packed_len)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	size_t most = ZSTD_compressBound(len), n = 0;
	void *frame = malloc(most);

	if (zstd && frame) {
		ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
		n = ZSTD_compress2(zstd, frame, most, data, len);
	}
	ZSTD_freeCCtx(zstd);
	if (n && !ZSTD_isError(n)) {
		*packed_len = n;
		return frame;
	}
	free(frame);
	return NULL;
}

void *packed_open(const void *frame, size_t packed_len, size_t max, size_t *len)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame, packed_len);
	void *data;

	if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > max)
		return NULL;
	data = malloc(size + 1);
	if (data && ZSTD_decompress(data, size, frame, packed_len) == size) {
		*len = size;
		return data;
	}
	free(data);
	return NULL;
}
