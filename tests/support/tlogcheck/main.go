// Command tlogcheck reads a log of static files with the Go checksum database's own libraries.
//
//	tlogcheck DIR VKEY [INDEX HASHES]...   inclusion proofs in hexadecimal, compared with the library's
//
// It prints the log's size when every entry, every tile, the root, the signature and each proof hold.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (folder) Height() int                     { return 8 }
func (folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) path(kind string, number int64, width int) string {
	name := fmt.Sprintf("%03d", number%1000)
	for rest := number / 1000; rest > 0; rest /= 1000 {
		name = fmt.Sprintf("x%03d/%s", rest%1000, name)
	}
	if width < 256 {
		name += fmt.Sprintf(".p/%d", width)
	}
	return filepath.Join(string(f), "tile", kind, name)
}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(f.path(strconv.Itoa(tile.L), tile.N, tile.W))
		if err != nil {
			return nil, err
		}
		read = append(read, content)
	}
	return read, nil
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func checkpoint(dir, vkey string) tlog.Tree {
	verifier := must(note.NewVerifier(vkey))
	signed := must(note.Open(must(os.ReadFile(filepath.Join(dir, "checkpoint"))), note.VerifierList(verifier)))
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != verifier.Name() {
		log.Fatalf("origin %q", lines[0])
	}
	tree := tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64))}
	copy(tree.Hash[:], must(base64.StdEncoding.DecodeString(lines[2])))
	return tree
}

func entries(dir string, size int64) (found [][]byte) {
	for first := int64(0); first < size; first += 256 {
		width := min(256, size-first)
		bundle := must(os.ReadFile(folder(dir).path("entries", first/256, int(width))))
		for len(bundle) > 0 {
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			found = append(found, bundle[2:end])
			bundle = bundle[end:]
		}
	}
	return found
}

func main() {
	dir, vkey := os.Args[1], os.Args[2]
	tree := checkpoint(dir, vkey)
	reader := tlog.TileHashReader(tree, folder(dir))
	if root := must(tlog.TreeHash(tree.N, reader)); root != tree.Hash {
		log.Fatalf("root %v", root)
	}
	found := entries(dir, tree.N)
	if int64(len(found)) != tree.N {
		log.Fatalf("%d entries", len(found))
	}
	for index, entry := range found {
		hashes := must(reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(index))}))
		if hashes[0] != tlog.RecordHash(entry) {
			log.Fatalf("entry %d", index)
		}
	}
	for place := 3; place+1 < len(os.Args); place += 2 {
		index := must(strconv.ParseInt(os.Args[place], 10, 64))
		raw := must(hex.DecodeString(os.Args[place+1]))
		var proof tlog.RecordProof
		for start := 0; start < len(raw); start += 32 {
			proof = append(proof, tlog.Hash(raw[start:start+32]))
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(found[index])); err != nil {
			log.Fatal(err)
		}
		if own := must(tlog.ProveRecord(tree.N, index, reader)); fmt.Sprint(own) != fmt.Sprint(proof) {
			log.Fatalf("proof of %d", index)
		}
	}
	fmt.Println(tree.N)
}
