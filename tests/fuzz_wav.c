/* Whatever bytes come as a sound file: no crash, no more samples than two minutes hold. */
#include <assert.h>
#include <stdlib.h>

#include "wav.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int16_t *samples = NULL;
	size_t count = 0;

	if (wav_read(data, size, &samples, &count) == WAV_OK) {
		assert(samples != NULL && count <= (size_t)WAV_SECONDS_MAX * WAV_RATE);
		assert(count <= size); /* a frame has at least an octet, rates go down only */
	}
	free(samples);
	return 0;
}
