/*
 * wav.h - a sound file (RIFF WAVE, PCM) as samples at 8 kHz, 16 bits, one channel.
 *
 * Pure but for its one allocation. Every length is checked before it is used; a data chunk that
 * promises more than the file holds gives what is there. 8 or 16 bits, one or two channels,
 * 8 to 48 kHz; other rates pass a windowed sinc, so that nothing above 4 kHz folds down.
 */
#ifndef QUANZU_WAV_H
#define QUANZU_WAV_H

#include <stddef.h>
#include <stdint.h>

enum { WAV_RATE = 8000, WAV_SECONDS_MAX = 120 };

enum wav_rc {
	WAV_OK,
	WAV_NOT,    /* no RIFF WAVE, or no format or data in it */
	WAV_FORMAT, /* compressed, or a number of bits, channels or a rate that is not served */
	WAV_LONG    /* more than two minutes */
};

/* On WAV_OK *samples is malloc'ed (never NULL) and the caller's. */
enum wav_rc wav_read(const void *bytes, size_t n, int16_t **samples, size_t *count);
/* Bytes of such a file from 8 kHz samples: 44 + 2 a sample, into out[]. */
size_t wav_write(const int16_t *samples, size_t count, uint8_t *out, size_t room);

#endif
