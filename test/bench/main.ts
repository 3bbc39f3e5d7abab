console.log("no benches yet");
