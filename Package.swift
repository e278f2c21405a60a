// swift-tools-version: 6.2
import PackageDescription

// The manifest reads as the diagram in docs/architecture.md: pure modules first, shells after them,
// the composition root last. An arrow that is not written here does not exist: `tools/check` builds
// with --explicit-target-dependency-import-check.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func library(_ name: String, pkgConfig: String? = nil, apt package: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func shim(_ name: String, _ linked: [LinkerSetting] = []) -> Target {
  .target(name: name, path: "Sources/CLibraries/\(name)", linkerSettings: linked)
}

let package = Package(
  name: "roost",
  products: [
    .executable(name: "roost", targets: ["roost"]),
    .executable(name: "roost-bench", targets: ["roost-bench"]),
    .executable(name: "roost-loadtest", targets: ["roost-loadtest"]),
  ],
  targets: [
    // C libraries: one module each, imported by exactly one folder.
    library("COpenSSL", apt: "libssl-dev"),
    library("CSodium", apt: "libsodium-dev"),
    library("CNice", pkgConfig: "nice", apt: "libnice-dev"),
    library("CSRTP2", apt: "libsrtp2-dev"),
    library("CEvent", apt: "libevent-dev"),
    library("CSQLite", apt: "libsqlite3-dev"),
    library("CCurl", apt: "libcurl4-openssl-dev"),
    library("CYAML", apt: "libyaml-dev"),
    library("CZlib", apt: "zlib1g-dev"),
    library("CArgp", apt: "libc6-dev"),
    shim("CLLHTTP"),
    shim("CSIMDJSON", [.linkedLibrary("simdjson")]),
    shim("CNet"),
    shim("CVips"),

    // Pure: no socket, no clock, no thread.
    module("Base"),
    module("Wire", ["Base"]),
    module("Crypto", ["Base", "COpenSSL", "CSodium", "CNice"]),
    module("MediaControl", ["Base"]),
    module("SFU", ["Base", "Wire", "Crypto", "MediaControl"]),
    module("JSON", ["Base", "CSIMDJSON"]),
    module("Compression", ["Base", "CZlib"]),
    module("ChatCore", ["Base"]),
    module(
      "Signaling",
      ["Base", "Wire", "Crypto", "JSON", "Compression", "ChatCore", "MediaControl"]),

    // Shells: they own descriptors, threads and clocks.
    module("Net", ["Base", "CNet"]),
    module("HTTPServer", ["Base", "CEvent", "CLLHTTP", "COpenSSL"]),
    module("HTTPClient", ["Base", "CCurl"]),
    module("Stores", ["Base", "JSON", "ChatCore", "CSQLite"]),
    module("Blobs", ["Base", "Crypto"]),
    module("Pictures", ["CVips"]),
    module("Unfurling", ["Base", "Blobs", "ChatCore", "HTTPClient", "JSON"]),
    .target(name: "WebClient", path: "Sources/WebClient", exclude: ["site", "package.json"]),

    // Composition: configuration, threads, wiring, lifecycle.
    module(
      "Server",
      [
        "Base", "Wire", "Crypto", "MediaControl", "SFU", "JSON", "ChatCore", "Signaling", "Net",
        "HTTPServer", "HTTPClient", "Stores", "Blobs", "Pictures", "Unfurling", "WebClient", "CYAML",
      ]),
    .executableTarget(name: "roost", dependencies: ["Base", "Server", "CArgp"], swiftSettings: strict),

    // What a core carries, beside the least that it could cost.
    .target(
      name: "CFloor", path: "tools/bench/CFloor", linkerSettings: [.linkedLibrary("crypto")]),
    .executableTarget(
      name: "roost-bench",
      dependencies: [
        "Base", "Wire", "Crypto", "MediaControl", "SFU", "ChatCore", "Stores", "Net", "Server",
        "SimulatedPeers",
        "CAllocations", "CFloor",
      ],
      path: "tools/bench/Bench", swiftSettings: strict),

    // Tools that operators run.
    .target(name: "CNiceAgent", dependencies: ["CNice"], path: "tools/loadtest/Sources/CNiceAgent"),
    .target(
      name: "LoadTest",
      dependencies: ["CNiceAgent", "Base", "Wire", "Crypto", "Net", "JSON", "HTTPServer", "COpenSSL"],
      path: "tools/loadtest/Sources/LoadTest", swiftSettings: strict),
    .executableTarget(
      name: "roost-loadtest", dependencies: ["LoadTest"], path: "tools/loadtest/Sources/roost-loadtest",
      swiftSettings: strict),

    // Counts heap blocks in tests that promise none.
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    tests("BaseTests", ["Base"]),
    tests("WireTests", ["Base", "Wire"], exclude: ["Fixtures"]),
    tests("CryptoTests", ["Base", "Crypto", "CSRTP2", "CAllocations"]),
    // Clients of the media plane, for tests and simulations.
    .target(
      name: "SimulatedPeers", dependencies: ["Base", "Wire", "Crypto", "MediaControl", "SFU"],
      path: "Tests/SimulatedPeers", swiftSettings: strict),
    tests(
      "SFUTests", ["Base", "Wire", "Crypto", "MediaControl", "SFU", "SimulatedPeers", "CAllocations"]),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["Base", "Wire", "Crypto", "MediaControl", "SFU", "SimulatedPeers"],
      path: "Tests/Simulation", swiftSettings: strict),
    tests("JSONTests", ["Base", "JSON"]),
    tests("CompressionTests", ["Base", "Compression", "CZlib"]),
    .target(
      name: "ChatTesting", dependencies: ["Base", "ChatCore"], path: "Tests/ChatTesting",
      swiftSettings: strict),
    tests("ChatCoreTests", ["Base", "ChatCore", "ChatTesting"]),
    tests("StoresTests", ["Base", "ChatCore", "ChatTesting", "Stores"]),
    tests(
      "SignalingTests",
      ["Base", "Wire", "Crypto", "JSON", "Compression", "ChatCore", "MediaControl", "Signaling"]),
    tests("BlobsTests", ["Base", "Blobs"]),
    tests("PicturesTests", ["Blobs", "Pictures"]),
    tests("UnfurlingTests", ["Base", "ChatCore", "HTTPClient", "Unfurling"]),
    tests("NetTests", ["Base", "Net", "CAllocations"]),
    tests("HTTPServerTests", ["Base", "HTTPServer", "COpenSSL"]),
    tests("HTTPClientTests", ["Base", "HTTPClient", "HTTPServer", "Net"]),
    .executableTarget(
      name: "EchoServer", dependencies: ["Base", "HTTPServer"], path: "Tests/Conformance/EchoServer",
      swiftSettings: strict),
    tests("LoadTestTests", ["Base", "Wire", "Crypto", "JSON", "HTTPServer", "LoadTest"]),
    tests(
      "ServerTests", ["Base", "Blobs", "ChatCore", "Crypto", "HTTPServer", "JSON", "Server", "Signaling"]),
    tests("TidyTests", []),
  ],
  cLanguageStandard: .gnu17,
  cxxLanguageStandard: .cxx17
)
