import COpenSSL

/// AES-128-GCM as EVP names it.
func gcm128() -> OpaquePointer? { EVP_aes_128_gcm() }
