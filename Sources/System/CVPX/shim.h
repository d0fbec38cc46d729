#ifndef CONSULT_CVPX_SHIM_H
#define CONSULT_CVPX_SHIM_H

// libvpx's macros and variadic controls, which Swift does not import.

#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

static inline vpx_codec_err_t cvp_vp8_encoder_init(vpx_codec_ctx_t *codec, const vpx_codec_enc_cfg_t *settings) {
  return vpx_codec_enc_init(codec, vpx_codec_vp8_cx(), settings, 0);
}
static inline vpx_codec_err_t cvp_vp8_decoder_init(vpx_codec_ctx_t *codec) {
  return vpx_codec_dec_init(codec, vpx_codec_vp8_dx(), NULL, 0);
}
static inline vpx_codec_err_t cvp_set_cpu_used(vpx_codec_ctx_t *codec, int speed) {
  return vpx_codec_control(codec, VP8E_SET_CPUUSED, speed);
}
static inline vpx_codec_err_t cvp_set_largest_key_frame(vpx_codec_ctx_t *codec, unsigned int percent) {
  return vpx_codec_control(codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, percent);
}

/// The bytes of a compressed frame, valid until the next call; NULL where the packet is something else.
static inline const void *cvp_frame(const vpx_codec_cx_pkt_t *packet, size_t *length, int *key) {
  if (packet->kind != VPX_CODEC_CX_FRAME_PKT) return NULL;
  *length = packet->data.frame.sz;
  *key = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
  return packet->data.frame.buf;
}

#endif
