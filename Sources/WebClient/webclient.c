#include "webclient.h"

#include <string.h>

// #embed is C23; clang has it in every mode and would only remark on that.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t index_html[] = {
#embed "site/index.html"
};
static const uint8_t style_css[] = {
#embed "site/style.css"
};
static const uint8_t icon_svg[] = {
#embed "site/icon.svg"
};
static const uint8_t app_js[] = {
#embed "site/app.js"
};
static const uint8_t api_js[] = {
#embed "site/api.js"
};
static const uint8_t gateway_js[] = {
#embed "site/gateway.js"
};
static const uint8_t state_js[] = {
#embed "site/state.js"
};
static const uint8_t voice_js[] = {
#embed "site/voice.js"
};
static const uint8_t peer_js[] = {
#embed "site/peer.js"
};
static const uint8_t sdp_js[] = {
#embed "site/sdp.js"
};
static const uint8_t files_js[] = {
#embed "site/files.js"
};
static const uint8_t ui_js[] = {
#embed "site/ui.js"
};

#define HTML "text/html; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"
#define FILE(path, array, type) {path, {array, sizeof array, type}}

static const struct {
  const char *path;
  roost_web_asset_t asset;
} files[] = {
    FILE("/", index_html, HTML),
    FILE("/assets/style.css", style_css, "text/css; charset=utf-8"),
    FILE("/assets/icon.svg", icon_svg, "image/svg+xml"),
    FILE("/assets/app.js", app_js, SCRIPT),
    FILE("/assets/api.js", api_js, SCRIPT),
    FILE("/assets/gateway.js", gateway_js, SCRIPT),
    FILE("/assets/state.js", state_js, SCRIPT),
    FILE("/assets/voice.js", voice_js, SCRIPT),
    FILE("/assets/peer.js", peer_js, SCRIPT),
    FILE("/assets/sdp.js", sdp_js, SCRIPT),
    FILE("/assets/files.js", files_js, SCRIPT),
    FILE("/assets/ui.js", ui_js, SCRIPT),
};

bool roost_web_asset(const char *path, roost_web_asset_t *asset) {
  if (strncmp(path, "/invite/", 8) == 0 && strchr(path + 8, '/') == NULL) {
    path = "/";
  }
  for (size_t index = 0; index < sizeof files / sizeof files[0]; index += 1) {
    if (strncmp(path, files[index].path, 256) == 0) {
      *asset = files[index].asset;
      return true;
    }
  }
  return false;
}

const char *roost_web_policy(void) {
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
         "connect-src 'self' wss:; media-src 'self' blob:; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'";
}
