import { defineConfig } from "vite";

// In development the server's own ports answer what is not a file of the client.
const signal = process.env.CONSULT_SIGNAL_URL ?? "http://127.0.0.1:8081";

export default defineConfig({
  base: "/",
  esbuild: { jsx: "automatic" },
  server: {
    proxy: {
      "/config.json": signal,
      "/ws": { target: signal, ws: true },
    },
  },
  build: {
    target: "es2022",
    sourcemap: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        entryFileNames: "assets/main-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/main-[hash][extname]",
      },
    },
  },
});
